// The dial: two sliders, the reading, and the map of formats. What is measured is shown without asking the server.
const at = (values) => `${values.exponent},${values.mantissa}`;

const line = (name, text) => {
    const made = document.createElement("span");
    made.className = name;
    made.textContent = text;
    return made;
};

const drawGrid = (grid, { exponents, mantissas }) => {
    grid.style.setProperty("--columns", mantissas.length);
    const cells = new Map();
    grid.replaceChildren(...exponents.flatMap((exponent) => [
        line("row", exponent),
        ...mantissas.map((mantissa) => {
            const cell = line("cell", "");
            cell.dataset.place = `${exponent},${mantissa}`;
            cells.set(cell.dataset.place, cell);
            return cell;
        }),
    ]), line("row", ""), ...mantissas.map((mantissa) => line("column", mantissa % 4 === 0 || mantissa === mantissas[0] ? mantissa : "")));
    return cells;
};

const read = (reading, known, images) => {
    if (!known) {
        reading.replaceChildren(line("value", "…"), line("unit", "Not measured yet."));
        return;
    }
    reading.replaceChildren(
        line("bits", known.bits), line("fields", known.fields),
        line("value", known.accuracy), line("unit", `of ${images} test images read correctly`),
        line("value", known.changed), line("unit", "read differently from float32"),
        line(known.breaks ? "broken" : "kept",
            known.breaks ? "Broken: a point or more is lost." : "Less than a point of accuracy is lost."),
    );
};

export default ({ data, parentElement, setStateValue }) => {
    const root = parentElement.querySelector(".dial");
    const find = (name) => root.querySelector(`.${name}`);
    if (!root.cells) {
        root.cells = drawGrid(find("grid"), data);
        root.sliders = data.specs.map((spec) => slider(spec, (values) => root.held.change(values)));
        find("sliders").replaceChildren(...root.sliders.map(({ row }) => row));
        root.presets = data.presets.map(({ name, values }) => {
            const button = document.createElement("button");
            Object.assign(button, { type: "button", textContent: name, onclick: () => root.held.change(values) });
            return { button, values };
        });
        find("presets").replaceChildren(...root.presets.map(({ button }) => button));
        root.switches = [...root.querySelectorAll("[type='checkbox']")];
        for (const each of root.switches) each.onchange = () => root.held.change({ [each.name]: each.checked });
        const choose = (event) => {
            const [exponent, mantissa] = (event.composedPath()[0].dataset?.place ?? "").split(",").map(Number);
            if (mantissa !== undefined) root.held.change({ exponent, mantissa });
        };
        find("grid").onclick = choose;
        find("grid").onpointermove = (event) => {
            if (event.pointerType === "mouse" && event.buttons === 1) choose(event);
        };
    }
    const measured = new Map(data.cells.map((cell) => [cell.place, cell])), none = new Map();
    let drawn = null;
    const colour = (known) => {
        if (drawn === known) return;
        drawn = known;
        for (const [place, cell] of root.cells) {
            const here = known.get(place);
            cell.style.background = here?.colour ?? "";
            cell.textContent = here?.breaks ? "×" : "";
            cell.title = here ? `${here.fields}: ${here.accuracy}, ${here.changed} read differently` : "not measured yet";
        }
    };
    find("ticks").replaceChildren(...data.ticks.map((tick) => {
        const made = line("tick", tick.text);
        made.style.setProperty("--colour", tick.colour);
        return made;
    }));
    const show = (values) => {
        root.sliders.forEach((each) => each.show(values));
        root.querySelector(".chosen")?.classList.remove("chosen");
        root.cells.get(at(values))?.classList.add("chosen");
        for (const each of root.switches) each.checked = values[each.name];
        for (const { button, values: theirs } of root.presets) {
            const isChosen = Object.entries(theirs).every(([name, value]) => values[name] === value);
            button.setAttribute("aria-pressed", isChosen);
        }
        // What is measured holds for one setting of the switches.
        const known = data.cellsAreOf[0] === values.signed && data.cellsAreOf[1] === values.infinity ? measured : none;
        colour(known);
        read(find("reading"), known.get(at(values)), data.images);
    };
    root.held = held(data, setStateValue, show);
};
