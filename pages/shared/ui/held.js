// A control whose value lives in the browser: shown at once, sent at most every 120 ms, and the last one always.
// The server sets it by a new version only; what it has computed for an older value never sets it back.
const INTERVAL_MS = 120;

const held = (data, setStateValue, show) => {
    const all = (window.halfTheBitsHeld ??= {});
    const mine = (all[data.key] ??= { version: null, values: {}, timer: null, sentAt: -Infinity });
    if (mine.version !== data.version) {
        clearTimeout(mine.timer);
        mine.timer = null;
        mine.version = data.version;
        mine.values = { ...data.values };
    }
    const send = () => {
        mine.timer = null;
        mine.sentAt = performance.now();
        mine.tell("value", { ...mine.values, version: mine.version });
    };
    mine.tell = setStateValue;
    mine.change = (values) => {
        if (Object.entries(values).every(([name, value]) => mine.values[name] === value)) return;
        mine.values = { ...mine.values, ...values };
        show(mine.values);
        mine.timer ??= setTimeout(send, Math.max(0, mine.sentAt + INTERVAL_MS - performance.now()));
    };
    show(mine.values);
    return mine;
};

// A native slider with its name and value above it.
const slider = (spec, onInput) => {
    const row = document.createElement("div"), label = document.createElement("label");
    const output = document.createElement("output"), input = document.createElement("input");
    row.className = "slider";
    label.append(spec.label, output);
    Object.assign(input, { type: "range", min: spec.first, max: spec.last, step: 1, id: `held-${spec.name}` });
    input.setAttribute("aria-label", spec.label);
    label.htmlFor = input.id;
    input.oninput = () => onInput({ [spec.name]: Number(input.value) });
    row.append(label, input);
    const show = (values) => {
        const text = spec.texts?.[values[spec.name] - spec.first] ?? String(values[spec.name]);
        if (Number(input.value) !== values[spec.name]) input.value = values[spec.name];
        output.textContent = text;
        input.setAttribute("aria-valuetext", text);
        const share = (values[spec.name] - spec.first) / (spec.last - spec.first);
        input.style.setProperty("--share", `${100 * share}%`);
    };
    return { row, show };
};
