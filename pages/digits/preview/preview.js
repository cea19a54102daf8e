// Reads the drawing on the browser's GPU while it grows: once a frame at most, and never while the last reading is under way.
// The canvas keeps its strokes in `window.drawnStrokes`, and tells there when they have changed.
const drawing = (window.drawnStrokes ??= Object.assign(new EventTarget(), { strokes: [] }));

const SLOW_MS = 4;

const numbersOf = { f32: (bytes) => [...new Float32Array(bytes)], f16: (bytes) => [...new Uint16Array(bytes)].map(halfOf) };

const halfOf = (bits) => {
    const exponent = (bits >> 10) & 31, digits = bits & 1023, sign = bits >> 15 ? -1 : 1;
    if (exponent === 31) return digits ? NaN : sign * Infinity;
    return sign * (exponent ? (1024 + digits) * 2 ** (exponent - 25) : digits * 2 ** -24);
};

const answerOf = (logits) => {
    const most = Math.max(...logits), powers = logits.map((logit) => Math.exp(logit - most));
    return { digit: logits.indexOf(most), sure: 1 / powers.reduce((one, other) => one + other) };
};

// Both programs, and the logits of a single image by each of them.
class Reader extends Gpu {
    async prepare(plan, precisions) {
        this.programs = [];
        for (const precision of precisions) this.programs.push(await this.program(plan, precision, "driver"));
        const bytes = this.programs.reduce((sum, program) => sum + program.bytes, 0);
        this.copy = this.buffer(bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    }

    async logits(image) {
        const encoder = this.device.createCommandEncoder(), { programs, copy } = this, found = {};
        let at = 0;
        for (const program of programs) {
            this.encode(encoder, program, image, 1);
            encoder.copyBufferToBuffer(program.last, 0, copy, at, program.bytes);
            at += program.bytes;
        }
        this.device.queue.submit([encoder.finish()]);
        await copy.mapAsync(GPUMapMode.READ);
        const bytes = copy.getMappedRange().slice(0);
        copy.unmap();
        at = 0;
        for (const { precision, bytes: size } of programs) found[precision] = numbersOf[precision](bytes.slice(at, at += size));
        return found;
    }
}

class Preview {
    constructor(root, outside) {
        const find = (name) => root.querySelector(`.${name}`);
        Object.assign(this, {
            root, outside, words: JSON.parse(root.dataset.words), start: find("start"), stop: find("stop"), said: find("said"),
            title: find("name"), note: find("note"), tiles: { f32: find("single"), f16: find("half") }, stopping: null,
            gpu: null, reader: null, data: null, asked: 0, busy: false,
        });
        this.start.onclick = () => this.open(true);
        this.stop.onclick = () => {
            this.close();
            this.send("wanted", "no");
        };
        this.changed = () => this.ask();
        drawing.addEventListener("drawn", this.changed);
        window.addEventListener("pagehide", this.left = () => this.close());
        window.addEventListener("pageshow", this.back = (event) => event.persisted && this.data && this.open());
        this.show("offered");
    }

    // Where there is no GPU, the page looks as if there were no preview.
    async appear() {
        this.isThere ??= await foundAdapter().then((adapter) => {
            this.nameAdapter(described(adapter));
            return true;
        }, () => false);
        if (this.isThere) this.outside.dataset.there = "";
        return this.isThere;
    }

    // A software driver is not called a GPU, neither before it answers nor after.
    nameAdapter(adapter) {
        this.bySoftware = isSoftware(adapter);
        const kind = this.bySoftware ? "software" : "gpu";
        this.start.textContent = this.words[`${kind}Start`];
        this.title.textContent = this.words[`${kind}Name`];
    }

    show(state, text = "") {
        this.root.dataset.state = state;
        this.said.textContent = text;
    }

    async take(data) {
        // The last eight bytes are a checksum of what is compressed, and its length.
        const name = data && String(data.slice(-8)), isNew = name !== this.name;
        [this.data, this.name] = [data, name];
        if (!await this.appear()) return;
        if (isNew && !data) this.close();
        if (!isNew || !data || this.data !== data) return;
        if (this.gpu && !this.reader) await this.guarded(() => this.load());
        else await this.open();
    }

    // Nothing is asked of the server before the GPU is there.
    async open(isClicked = false) {
        this.close();
        this.show("opening", this.words.opening);
        const stopping = this.stopping = new AbortController(), { signal } = stopping;
        await this.guarded(async () => {
            const gpu = await opened();
            if (signal.aborted) {
                gpu.device.destroy();
                return;
            }
            this.gpu = gpu;
            this.nameAdapter(gpu.adapter);
            gpu.device.lost.then((info) => {
                if (this.stopping === stopping) this.refused(Object.assign(new Refusal("lost"), { detail: info.message }));
            });
            if (this.data) await this.load();
            else if (isClicked) this.send("wanted", "yes");
        });
    }

    async load() {
        const { stopping, data, gpu } = this, plan = await unpacked(data), reader = new Reader(gpu.device, stopping.signal);
        await reader.watched(() => reader.prepare(plan, gpu.half ? ["f32", "f16"] : ["f32"]));
        if (this.stopping !== stopping || this.data !== data) return;
        this.reader = reader;
        this.tiles.f16.hidden = !gpu.half;
        const { on, single, software } = this.words;
        this.show("on", [on, ...(gpu.half ? [] : [single]), ...(this.bySoftware ? [software] : [])].join(" "));
        this.ask();
    }

    async guarded(act) {
        const mine = this.stopping;
        try {
            await act();
        } catch (error) {
            if (this.stopping === mine) this.refused(error);
        }
    }

    refused(error) {
        const known = error instanceof Refusal;
        this.close();
        this.show("refused", this.words[known ? error.message : "failed"]);
    }

    close() {
        const { stopping, gpu } = this;
        [this.stopping, this.gpu, this.reader] = [null, null, null];
        stopping?.abort(new Refusal("cancelled"));
        gpu?.device.destroy();
        this.show("offered");
    }

    leave() {
        this.close();
        drawing.removeEventListener("drawn", this.changed);
        window.removeEventListener("pagehide", this.left);
        window.removeEventListener("pageshow", this.back);
    }

    // Of all changes within a frame, and while one is read, the last is read.
    ask() {
        this.isDue = true;
        if (!this.reader || this.busy || this.frame) return;
        this.frame = requestAnimationFrame(() => {
            this.frame = null;
            this.read();
        });
    }

    async read() {
        if (!this.reader) return;
        const { reader } = this, began = performance.now();
        [this.isDue, this.busy] = [false, true];
        await this.guarded(async () => {
            const image = prepared(drawing.strokes), took = performance.now() - began;
            const logits = image && await reader.logits(image);
            if (this.reader !== reader) return;
            this.tell(image, logits, performance.now() - began - took);
            // Where the stages take long, the pen has at least as much time as they have.
            if (took > SLOW_MS) await new Promise((done) => setTimeout(done, took));
        });
        this.busy = false;
        if (this.isDue) this.ask();
    }

    tell(image, logits, tookMs) {
        for (const [precision, tile] of Object.entries(this.tiles)) {
            const found = logits?.[precision], isNumber = found?.every(Number.isFinite), answer = isNumber && answerOf(found);
            tile.querySelector("b").textContent = answer ? answer.digit : found ? this.words.none : "";
            tile.querySelector("small").textContent = answer ? `${(answer.sure * 100).toFixed(2)} %` : "";
        }
        this.note.textContent = logits ? `${tookMs < 9.95 ? tookMs.toFixed(1) : Math.round(tookMs)} ms` : "";
        this.root.dataset.image = image ? [...image].join(" ") : "";
        this.root.dataset.logits = JSON.stringify(logits ?? {});
    }
}

export default function ({ data, parentElement, setTriggerValue }) {
    const root = parentElement.querySelector(".preview");
    root.preview ??= new Preview(root, root.getRootNode().host.closest("[data-testid='stElementContainer'], [data-testid='element-container']"));
    root.preview.send = setTriggerValue;
    root.preview.take(Array.isArray(data) ? null : data);
    return () => setTimeout(() => root.isConnected || root.preview.leave());
}
