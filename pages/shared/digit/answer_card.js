// Enlarging float16's error: reference logits + k × (target − reference), in double precision as in the core.
const enlarged = ({ reference, target }, k) => reference.map((z, digit) => z + k * (target[digit] - z));
const softmax = (logits) => {
    const most = Math.max(...logits), powers = logits.map((z) => Math.exp(z - most));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
};
const best = (values) => values.indexOf(Math.max(...values));

const percent = (share) => (Number.isFinite(share) ? `${(share * 100).toFixed(2).replace("-", "−")} %` : "not a number");
const factorText = (k) => (k < 0.01 ? small(k) : k < 9.95 ? String(Number(k.toPrecision(2))) : Math.round(k).toLocaleString("en"));
const power = (exponent) => String(exponent).replace(/[-0-9]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
const small = (value) => {
    if (!Number.isFinite(value)) return "not a number";
    const size = Math.abs(value), minus = value < 0 ? "−" : "";
    if (size === 0 || (size >= 0.01 && size < 9999.5)) {
        return minus + (size < 999.5 ? String(Number(size.toPrecision(3))) : Math.round(size).toLocaleString("en"));
    }
    const [mantissa, exponent] = size.toExponential(2).split("e");
    return `${minus}${mantissa} × 10${power(Number(exponent))}`;
};

const STEPS = 1000;
const VIEWS = ["Probabilities", "Logits", "Changes"];
const WAIT_MS = 300;

// Between the slider's position, from 0 to 1, and the factor k.
const factorAt = ({ low, high, isLogarithmic }, place) => {
    const k = isLogarithmic ? low * (high / low) ** place : low + place * (high - low);
    const near = isLogarithmic ? 0 : (high - low) / STEPS * 3;
    return Math.abs(k - 1) <= near ? 1 : Number(k.toPrecision(4));
};
const placeOf = ({ low, high, isLogarithmic }, k) => (isLogarithmic ? Math.log(k / low) / Math.log(high / low) : (k - low) / (high - low));

const element = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

const build = (root) => {
    const $ = (selector) => root.querySelector(selector);
    const most = element("span", "most");
    const columns = [...Array(10).keys()].map((digit) => {
        const column = element("div", "digit"), plot = element("div", "plot");
        const parts = ["r", "t", "d", "zero"].map((name) => element("i", name));
        plot.append(...parts);
        column.append(plot, element("span", "", digit));
        return { column, parts };
    });
    $(".bars").append(most, ...columns.map(({ column }) => column));
    const views = VIEWS.map((name, view) => {
        const button = element("button", "", name);
        button.type = "button";
        button.onclick = () => { root.view = view; root.draw(); };
        return button;
    });
    $(".views").append(...views);
    root.view = 0;
    let clock = 0;

    const settle = (k) => {
        root.k = k;
        root.draw();
        clearTimeout(clock);
        clock = setTimeout(() => root.isConnected && root.sendFactor({ about: root.data.about, factor: root.k }), WAIT_MS);
    };
    $("input").oninput = ({ target }) => settle(factorAt(root.data.factors, target.value / STEPS));
    $(".reset").onclick = () => settle(1);
    $(".to-tip").onclick = () => settle(Number((root.data.flip * 1.01).toPrecision(4)));

    const bar = (part, value, low, high) => {
        const from = Math.min(0, value), to = Math.max(0, value), size = high - low || 1;
        part.style.bottom = `${((from - low) / size) * 100}%`;
        part.style.height = `${((to - from) / size) * 100}%`;
    };
    root.draw = () => {
        const { data, k } = root, { factors } = data, isNumber = [...data.reference, ...data.target].every((z) => z !== null);
        const one = k === 1 || !isNumber;
        const logits = one ? data.target : enlarged(data, k);
        const probabilities = one ? data.probabilities[1] : data.isSoftmax ? logits : softmax(logits);
        const answer = one ? data.answers[1] : String(best(logits)), tipped = answer !== data.answers[0];
        root.dataset.factor = k;
        root.dataset.logits = JSON.stringify(logits);
        root.dataset.probabilities = JSON.stringify(probabilities);
        root.dataset.answer = answer;

        const tile = (name, said, all, areProbabilities = true) => {
            const answered = $(`${name} b`), sure = Math.max(...all.map((p) => p ?? NaN));
            answered.textContent = said;
            answered.classList.toggle("long", said.length > 1);
            $(`${name} small`).textContent = Number.isNaN(sure) || !areProbabilities ? "" : `${percent(sure)} sure`;
        };
        tile(".reference", data.answers[0], data.probabilities[0]);
        // A softmax's outputs plus a multiple of their error sum to 1, but may lie outside 0 to 1.
        tile(".target", answer, probabilities, one || !data.isSoftmax);
        $(".target span").textContent = k === 1 ? "float16 reads" : `float16, error × ${factorText(k)}`;
        $(".target").classList.toggle("tipped", tipped);

        $("output").textContent = `× ${factorText(k)}`;
        $(".reset").disabled = k === 1;
        if (factors) {
            const slider = $("input"), place = placeOf(factors, k);
            if (Math.abs(slider.value / STEPS - place) > 0.003) slider.value = place * STEPS;
            slider.setAttribute("aria-valuetext", `${factorText(k)} times; float16 reads ${answer}`);
        }

        views.forEach((button, view) => button.setAttribute("aria-pressed", view === root.view));
        const change = data.reference.map((z, digit) => logits[digit] - z);
        const [left, right] = [[data.probabilities[0], probabilities], [data.reference, logits], [change, change]][root.view];
        const all = [0, ...left, ...right].filter((value) => value !== null);
        const [low, high] = root.view === 0 && !data.isSoftmax ? [0, 1] : [Math.min(...all), Math.max(...all)];
        const text = root.view === 0 ? percent : small;
        most.textContent = root.view === 0 ? (data.isSoftmax ? percent(high) : "100 %") : root.view === 1 ? small(high) : `float16 − float32: up to ${small(Math.max(-low, high))}`;
        columns.forEach(({ column, parts: [r, t, d, zero] }, digit) => {
            const changes = root.view === 2;
            r.hidden = t.hidden = changes;
            d.hidden = !changes;
            bar(r, left[digit] ?? 0, low, high);
            bar(t, right[digit] ?? 0, low, high);
            bar(d, right[digit] ?? 0, low, high);
            bar(zero, 0, low, high);
            zero.style.height = "1px";
            column.title = changes
                ? `float16 changes the logit of ${digit} by ${text(right[digit] ?? NaN)}`
                : `${digit}: float32 ${text(left[digit] ?? NaN)}, float16 ${text(right[digit] ?? NaN)}`;
            column.classList.toggle("best", String(digit) === answer || String(digit) === data.answers[0]);
            column.classList.toggle("changed", tipped && String(digit) === answer);
        });
        $(".bars").setAttribute("aria-label", `${VIEWS[root.view]} of the ten digits. ${columns.map(({ column }) => column.title).join("; ")}`);
    };

    root.take = (data) => {
        const isNew = !root.data || data.about !== root.data.about || data.asked !== root.data.asked;
        root.data = data;
        root.classList.toggle("empty", !data.reference);
        root.style.setProperty("--float32", data.colours.reference);
        root.style.setProperty("--float16", data.colours.target);
        root.style.setProperty("--delta", data.colours.delta);
        $(".words").textContent = data.words ?? "";
        if (!data.reference) {
            root.k = 1;
            return;
        }
        root.classList.remove("fresh");
        if (isNew) root.k = data.factor;
        $(".seen").src = data.seen;
        $(".title").textContent = data.title;
        $(".sentence").textContent = data.sentence;
        $(".fault").textContent = data.fault;
        $(".others").replaceChildren(...data.others.map(([label, float32, float16, standing]) => {
            const other = element("span", "other", `${label} `), said = float32 === float16 ? float32 : `${float32}, float16 ${float16}`;
            other.append(element("b", "", said));
            if (standing) other.classList.add(standing);
            if (standing === "wrong") other.title = "Not the true digit";
            return other;
        }));
        $(".whole").textContent = data.whole;
        $(".digits").replaceChildren(...(data.digits.length > 1 ? data.digits : []).map((said, place) => {
            const button = element("button", "", `#${place + 1}: ${said}`);
            button.type = "button";
            button.setAttribute("aria-pressed", place === data.place);
            button.classList.toggle("unlike", data.doubted[place]);
            if (data.doubted[place]) button.title = "May be no digit";
            button.onclick = () => root.sendPlace(place);
            return button;
        }));
        $(".enlarging").classList.toggle("off", !data.factors);
        const tip = data.factors && data.flip !== null ? placeOf(data.factors, data.flip) : null;
        [".tip", ".to-tip"].forEach((name) => $(name).classList.toggle("off", tip === null));
        if (data.factors) {
            $(".low").textContent = `× ${factorText(data.factors.low)}`;
            $(".high").textContent = `× ${factorText(data.factors.high)}`;
        }
        if (tip !== null) {
            // The thumb's middle keeps half its width away from both ends.
            $(".tip").style.left = `calc(8px + ${tip} * (100% - 16px))`;
            $(".to-tip").textContent = `tips at × ${factorText(data.flip)}`;
        }
        $(".gauge").classList.toggle("off", !data.likeness);
        if (data.likeness) {
            const { nearest, distance, limit, isDoubted, isReserved, title, words } = data.likeness;
            $(".gauge").classList.toggle("doubted", isDoubted);
            $(".gauge").classList.toggle("reserved", isReserved);
            $(".nearest").src = nearest;
            $(".gauge b").textContent = title;
            $(".gauge small").textContent = words;
            $(".meter .distance").style.width = `${Math.min(1, distance / (1.5 * limit)) * 100}%`;
            const meter = $(".meter");
            meter.setAttribute("aria-valuemax", 1.5 * limit);
            meter.setAttribute("aria-valuenow", Math.min(distance, 1.5 * limit));
            meter.setAttribute("aria-valuetext", words);
        }
        root.draw();
    };
};

export default function ({ data: [data], parentElement, setTriggerValue }) {
    const root = parentElement.querySelector(".card");
    root.sendFactor = (sent) => setTriggerValue("enlarged", sent);
    root.sendPlace = (place) => setTriggerValue("place", place);
    if (!root.take) build(root);
    root.take(data);
}
