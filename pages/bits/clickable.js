// One number in several formats, whose bits can be toggled. Everything follows at once; the server is told a little later.

const TELL_AFTER_MS = 300;
const EXPONENT_END = 9, KEPT = 10;  // the last column of exponents; the mantissa bits of float16

const element = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });
const partOf = (of, place) => (place === 0 ? "sign" : place <= of.exponent ? "exponent" : "mantissa");

// Exponents of all formats end in the same column, so that bits of equal worth stand below each other.
const columnOf = (of, place) =>
    place === 0 ? 1 : place + EXPONENT_END - of.exponent;

// A phone has room for 13 columns: sign and exponent, then the mantissa bits that float16 keeps, then the others.
const cellOf = (of, place) => {
    const order = place - of.exponent - 1;
    if (order < 0) return [1, columnOf(of, place)];
    return order < KEPT ? [2, order + 1] : [3, order - KEPT + 1];
};

const nameOf = (of, place) => {
    const part = partOf(of, place);
    if (part === "sign") return `${of.name} sign bit`;
    const order = part === "exponent" ? place : place - of.exponent;
    const dropped = part === "mantissa" && order > KEPT ? ", dropped by float16" : "";
    return `${of.name} ${part} bit ${order} of ${of[part]}${dropped}`;
};

const digitAt = (of, bits, place) => Math.floor(bits / 2 ** (widthOf(of) - 1 - place)) % 2;

// Every digit if there are few, otherwise nine of them.
const shortText = (of, bits, most = 30) => {
    const text = decimalText(of, bits), value = asNumber(of, bits), magnitude = Math.abs(value);
    const isShort = text.length <= most && (magnitude >= 1e-4 || magnitude === 0);
    return isShort || !Number.isFinite(value) ? text : (value < 0 ? "−" : "") + scientific(magnitude, 9);
};

const meaningOf = (of, bits) => {
    const { kind, exponent, significand } = decode(of, bits);
    if (kind === "NaN") return ["ones", "not 0: not a number"];
    if (kind === "infinite") return ["ones", "0: infinite"];
    if (kind === "zero") return ["zeros", "0: zero"];
    return [power(2, exponent), `× ${Number((significand / 2 ** of.mantissa).toPrecision(9))}`];
};

const outcomeOf = (source, rounded, error) => {
    if (!source.isFinite) return "a pattern of its own";
    if (!rounded.isFinite) return "overflow";
    if (error.absolute === 0) return "exact";
    if (rounded.kind === "zero") return "underflow to 0";
    const direction = Math.abs(rounded.value) > Math.abs(source.value) ? "away from 0" : "towards 0";
    return Math.abs(error.ulps) === 0.5 ? `a tie, ${direction}` : direction;
};

class Row {
    constructor(of, actions) {
        this.of = of;
        this.box = element("section", `format ${actions ? "editable" : "shown"} ${of.key}`);
        const head = element("div", "head"), strip = element("div", "strip"), value = element("div", "value");
        head.append(element("b", "name", of.title ?? of.name), (this.hex = element("span", "hex")), (this.kind = element("span", "kind")));
        this.meanings = [1, columnOf(of, 1), EXPONENT_END + 1].map((column) => {
            const cell = element("span", "meaning");
            cell.style.setProperty("--column", column === 1 ? "1" : column > EXPONENT_END ? `${column} / -1` : `${column} / ${EXPONENT_END + 1}`);
            return cell;
        });
        this.cells = Array.from({ length: widthOf(of) }, (_, place) => {
            const cell = element(actions ? "button" : "span", `bit ${partOf(of, place)}`), [row, column] = cellOf(of, place);
            cell.classList.toggle("dropped", of.name === "float32" && place > of.exponent + KEPT);
            cell.style.cssText = `--column: ${columnOf(of, place)}; --phone-row: ${row}; --phone-column: ${column}`;
            if (actions) {
                cell.type = "button";
                cell.tabIndex = place === 1 ? 0 : -1;
                cell.title = nameOf(of, place);
                cell.setAttribute("aria-label", nameOf(of, place));
                cell.onclick = () => { this.stopAt(place); actions.toggle(place); };
            }
            return cell;
        });
        const bits = element("div", "bits");
        bits.append(...this.cells);
        if (of.name === "float16") bits.append(element("span", "gone", "13 bits dropped"));
        if (actions) {
            const meaning = element("div", "meanings");
            meaning.append(...this.meanings);
            strip.append(meaning);
            bits.setAttribute("role", "toolbar");
            bits.setAttribute("aria-label", `Bits of ${of.name}: left and right move, space toggles, up and down step`);
            bits.onkeydown = (event) => this.key(event, actions);
        } else bits.setAttribute("role", "img");
        this.bitsBox = bits;
        strip.append(bits);
        value.append((this.text = element("span", "text")), (this.remark = element("span", "remark")));
        this.box.append(head, strip, value);
        if (actions) {
            const steps = element("span", "steps");
            this.steps = [["−1 ULP", -1, "below"], ["+1 ULP", 1, "above"]].map(([label, step, side]) => {
                const button = element("button", "step", label);
                button.type = "button";
                button.title = `The next ${of.name} number ${side}`;
                button.setAttribute("aria-label", `${label}: the next ${of.name} number ${side}`);
                button.onclick = () => actions.step(step);
                return button;
            });
            steps.append(...this.steps);
            value.append(steps);
        }
    }

    stopAt(place) { this.cells.forEach((cell, other) => { cell.tabIndex = other === place ? 0 : -1; }); }

    key(event, actions) {
        const place = this.cells.indexOf(event.target), last = this.cells.length - 1;
        const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: last }[event.key];
        const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (place < 0 || (to === undefined && !step) || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        if (step) return actions.step(step);
        const next = Math.min(Math.max(to, 0), last);
        this.stopAt(next);
        this.cells[next].focus();
    }

    show(bits, remark = "") {
        const { of } = this, { kind, sign } = decode(of, bits);
        const digits = this.cells.map((cell, place) => {
            const digit = digitAt(of, bits, place);
            cell.textContent = digit;
            cell.classList.toggle("on", digit === 1);
            if (cell.tagName === "BUTTON") cell.setAttribute("aria-pressed", digit === 1);
            return digit;
        }).join("");
        if (this.bitsBox.getAttribute("role") === "img") {
            const fields = [digits[0], digits.slice(1, 1 + of.exponent), digits.slice(1 + of.exponent)];
            this.bitsBox.setAttribute("aria-label", `${of.name}: sign ${fields[0]}, exponent ${fields[1]}, mantissa ${fields[2]}`);
        }
        this.hex.textContent = `0x${bits.toString(16).padStart(widthOf(of) / 4, "0")}`;
        this.kind.textContent = kind;
        this.box.dataset.kind = kind;
        [sign ? "−" : "+", ...meaningOf(of, bits)].forEach((text, place) => { this.meanings[place].textContent = text; });
        this.text.textContent = shortText(of, bits);
        this.text.title = decimalText(of, bits);
        this.remark.textContent = remark;
        this.steps?.forEach((button, above) => { button.disabled = stepped(of, bits, above ? 1 : -1) === bits; });
    }
}

class Clickable {
    constructor(root, data) {
        this.root = root;
        Object.assign(this, { seq: data.seq, scrolled: data.scroll, timer: null, told: null });
        const [single, half, ...others] = data.formats;
        Object.assign(this, { single, half });
        const change = (next) => this.change(next);
        this.rows = {
            single: new Row({ ...single, key: "single" }, {
                toggle: (place) => change(this.toggled(single, this.number, place)),
                step: (by) => change(stepped(single, this.number, by)),
            }),
            half: new Row({ ...half, key: "half" }, {
                toggle: (place) => change(widen(half, this.toggled(half, this.rounded, place), single)),
                step: (by) => change(widen(half, stepped(half, this.rounded, by), single)),
            }),
        };
        this.stored = new Row({ ...half, key: "stored", title: "in the file" }, null);
        this.others = others.map((of) => [of, new Row({ ...of, key: "other" }, null)]);
        this.errors = ["Rounding error", "Relative error", "Error in ULP", "Rounded", "Neighbour not chosen"].map((label) => {
            const box = element("div", "");
            box.append(element("dt", "", label), element("dd", ""));
            return box;
        });
        root.querySelector(".errors").append(...this.errors);
        root.querySelector(".both").append(this.rows.single.box, this.rows.half.box, this.stored.box);
        root.querySelector(".others").append(...this.others.map(([, row]) => row.box));
        this.presets = data.presets.map(({ label, number, hint }, at) => {
            const button = element("button", "preset", label);
            button.type = "button";
            button.title = hint;
            button.onclick = () => this.change(number, at);
            return [button, number];
        });
        root.querySelector(".presets").append(...this.presets.map(([button]) => button));
        this.digits = root.querySelector(".digits");
        this.digits.ontoggle = () => this.show();
        this.live = root.querySelector(".told");
    }

    toggled(of, bits, place) {
        const worth = 2 ** (widthOf(of) - 1 - place);
        return bits + (digitAt(of, bits, place) ? -worth : worth);
    }

    // What the server says counts unless it does not know the newest number yet.
    adopt(data) {
        if (data.seq === this.seq && this.timer === null) {
            Object.assign(this, { number: data.number, file: data.stored });
            this.show();
            this.tell();
        }
        if (data.scroll > this.scrolled) this.root.scrollIntoView({ block: "center", behavior: "smooth" });
        this.scrolled = data.scroll;
    }

    change(number, preset = null) {
        if (number === this.number && preset === null) return;
        Object.assign(this, { number, file: null });
        this.show();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => {
            this.timer = null;
            this.seq += 1;
            this.tell();
            this.send("number", { bits: number, seq: this.seq, preset });
        }, TELL_AFTER_MS);
    }

    show() {
        const { single, half, number } = this;
        this.rounded = narrow(single, number, half);
        const outcome = this.file ?? this.rounded, error = deviation(single, number, half, outcome);
        this.rows.single.show(number);
        this.rows.half.show(this.rounded);
        this.stored.box.hidden = this.file === null;
        if (this.file !== null) this.stored.show(this.file);
        const source = { ...decode(single, number), value: asNumber(single, number) };
        const rounded = { ...decode(half, this.rounded), value: asNumber(half, this.rounded) };
        const other = otherNeighbour(single, number, half, this.rounded);
        const texts = [
            smallText(error.absolute, true), smallText(error.relative), smallText(error.ulps, true),
            outcomeOf(source, rounded, deviation(single, number, half, this.rounded)),
            other === null ? "none" : shortText(half, other, 18),
        ];
        this.errors.forEach((box, place) => { box.lastChild.textContent = texts[place]; });
        this.others.forEach(([of, row]) => {
            const bits = narrow(single, number, of), { relative } = deviation(single, number, of, bits);
            row.show(bits, Number.isNaN(relative) ? "" : relative === 0 ? "exact" : `relative error ${smallText(relative)}`);
        });
        this.presets.forEach(([button, preset]) => button.setAttribute("aria-pressed", preset === number));
        if (this.digits.open) this.showDigits(outcome, error);
    }

    showDigits(outcome, { exact, absolute }) {
        const texts = [
            decimalText(this.single, this.number), decimalText(this.half, outcome),
            exact === undefined ? smallText(absolute) : exactText(exact),
        ];
        this.digits.querySelectorAll("dd").forEach((place, at) => { place.textContent = texts[at]; });
    }

    // For a screen reader, once the number stands still.
    tell() {
        const words = `float32 ${shortText(this.single, this.number)}, float16 ${shortText(this.half, this.rounded)}`;
        if (this.told !== null && this.told !== words) this.live.textContent = words;
        this.told = words;
    }
}

export default ({ data, parentElement, setStateValue }) => {
    const root = parentElement.querySelector(".number");
    root.clickable ??= new Clickable(root, data);
    root.clickable.send = setStateValue;
    root.clickable.adopt(data);
};
