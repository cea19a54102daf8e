export default ({ data, parentElement, setStateValue }) => {
    const root = parentElement.querySelector(".live");
    const note = root.querySelector(".note");
    root.notes = data.notes;
    const show = (values) => {
        root.slider.show(values);
        note.textContent = root.notes[values[data.spec.name] - data.spec.first] ?? "";
    };
    const asked = JSON.stringify(data.spec);
    if (root.asked !== asked) {
        root.asked = asked;
        root.slider?.row.remove();
        root.slider = slider(data.spec, (values) => root.held.change(values));
        root.prepend(root.slider.row);
    }
    root.held = held(data, setStateValue, show);
};
