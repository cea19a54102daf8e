// The canvas tells the server of a drawing while it grows: at most every tenth of a second, and not before it has been
// answered; at the end of a stroke as soon as it may.
const EVERY_MS = 100;
const PATIENCE_MS = 2000;

// What is drawn, for other parts of the page that follow it.
const drawing = (window.drawnStrokes ??= Object.assign(new EventTarget(), { strokes: [] }));

const half = (value) => Math.round(value * 2) / 2;

const began = (root, data) => {
    const canvas = root.querySelector("canvas"), ink = canvas.getContext("2d");
    const pen = root.querySelector(".pen"), undo = root.querySelector(".undo"), clear = root.querySelector(".clear");
    const scale = canvas.width / data.side;
    let strokes = [], stroke = null, number = data.number, sentAt = 0, due = false, busy = false, clock = 0;

    const line = ({ width, points }, from) => {
        ink.strokeStyle = "white";
        ink.lineCap = ink.lineJoin = "round";
        ink.lineWidth = width * scale;
        ink.beginPath();
        ink.moveTo(points[from] * scale, points[from + 1] * scale);
        for (let at = from; at < points.length; at += 2) ink.lineTo(points[at] * scale, points[at + 1] * scale);
        ink.stroke();
    };
    const publish = () => {
        drawing.strokes = stroke ? [...strokes, stroke] : strokes;
        drawing.dispatchEvent(new Event("drawn"));
    };
    const show = () => {
        ink.clearRect(0, 0, canvas.width, canvas.height);
        strokes.forEach((drawn) => line(drawn, 0));
        undo.disabled = clear.disabled = strokes.length === 0;
        root.classList.toggle("drawn", strokes.length > 0 || stroke !== null);
        publish();
    };
    const send = () => {
        if (!root.isConnected) return;
        [due, busy, sentAt] = [false, true, performance.now()];
        number += 1;
        clearTimeout(clock);
        clock = setTimeout(answered, PATIENCE_MS);
        const all = stroke ? [...strokes, { width: stroke.width, points: [...stroke.points] }] : strokes;
        root.send("drawing", { strokes: all, width: Number(pen.value), live: stroke !== null, number });
    };
    const sendWhenDue = () => {
        if (!due || busy) return;
        const wait = stroke ? sentAt + EVERY_MS - performance.now() : 0;
        clearTimeout(clock);
        if (wait > 0) clock = setTimeout(sendWhenDue, wait);
        else send();
    };
    const tell = () => { due = true; sendWhenDue(); };
    const answered = () => { busy = false; clearTimeout(clock); sendWhenDue(); };
    const add = (event) => {
        const box = canvas.getBoundingClientRect();
        const x = half(((event.clientX - box.left) / box.width) * data.side);
        const y = half(((event.clientY - box.top) / box.height) * data.side);
        const last = stroke.points.length - 2;
        if (last >= 0 && Math.hypot(x - stroke.points[last], y - stroke.points[last + 1]) < 1) return;
        stroke.points.push(x, y);
        line(stroke, Math.max(0, last));
    };
    canvas.onpointerdown = (event) => {
        if (stroke || event.button !== 0) return;
        canvas.setPointerCapture(event.pointerId);
        stroke = { pointer: event.pointerId, width: Number(pen.value), points: [] };
        root.classList.add("drawn");
        add(event);
        publish();
    };
    canvas.onpointermove = (event) => {
        if (stroke?.pointer !== event.pointerId) return;
        const all = event.getCoalescedEvents?.() ?? [];
        (all.length ? all : [event]).forEach(add);
        publish();
        tell();
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => {
        if (stroke?.pointer !== event.pointerId) return;
        strokes = [...strokes, { width: stroke.width, points: stroke.points }];
        stroke = null;
        show();
        tell();
    };
    pen.onchange = tell;
    undo.onclick = () => { strokes = strokes.slice(0, -1); show(); tell(); };
    clear.onclick = () => { strokes = []; show(); tell(); };

    root.take = (news) => {
        // Otherwise the canvas is newer than the server's copy.
        if (root.asked !== news.asked && !stroke) {
            root.asked = news.asked;
            strokes = news.strokes;
            [pen.min, pen.max] = news.widths;
            pen.value = news.width;
            show();
        }
        if (news.number >= number) answered();
    };
};

export default function ({ data: [data], parentElement, setStateValue }) {
    const root = parentElement.querySelector(".drawing");
    root.send = setStateValue;
    if (!root.take) began(root, data);
    root.take(data);
}
