// Carries out a plan on the browser's GPU: shaders, numbers and images come from the server, logits go back to it.
const IDENTIFIED = 250;
const TIMED_IMAGES = 1000;
const TIMED_MS = 4000;
const PASS_MS = 500;
const FEWEST_ROUNDS = 5;
const MOST_ROUNDS = 40;

const base64 = (buffer) => {
    const bytes = new Uint8Array(buffer), letters = [];
    for (let at = 0; at < bytes.length; at += 0x8000) letters.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
    return btoa(letters.join(""));
};

class TestRun extends Gpu {
    async read(source, bytes) {
        const copy = this.buffer(bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
        const encoder = this.device.createCommandEncoder();
        encoder.copyBufferToBuffer(source, 0, copy, 0, whole(bytes));
        this.device.queue.submit([encoder.finish()]);
        await copy.mapAsync(GPUMapMode.READ);
        const found = copy.getMappedRange().slice(0, bytes);
        copy.destroy();
        this.check();
        return found;
    }

    async program(plan, precision, way) {
        const made = await super.program(plan, precision, way), calls = Math.ceil(plan.images / plan.atOnce);
        return { ...made, logits: this.buffer(calls * made.bytes, GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST) };
    }

    submit(program, start) {
        const { plan, logits, last, bytes } = program, count = Math.min(plan.atOnce, plan.images - start);
        const encoder = this.device.createCommandEncoder();
        this.encode(encoder, program, plan.data.pixels.subarray(start * plan.pixels, (start + count) * plan.pixels), count);
        encoder.copyBufferToBuffer(last, 0, logits, (start / plan.atOnce) * bytes, bytes);
        this.device.queue.submit([encoder.finish()]);
    }

    async pass(program, images, progress) {
        for (let start = 0; start < images; start += program.plan.atOnce) {
            this.submit(program, start);
            if (!progress) continue;
            await this.device.queue.onSubmittedWorkDone();
            this.check();
            progress(Math.min(images, start + program.plan.atOnce));
        }
        await this.device.queue.onSubmittedWorkDone();
        this.check();
    }

    async probe(plan, precision) {
        const { shader, given, made } = plan.probes[precision];
        const kind = precision === "f32" ? Float32Array : Float16Array, numbers = new Uint8Array(new kind(given).buffer);
        const input = this.buffer(numbers.length, GPUBufferUsage.STORAGE, numbers);
        const output = this.buffer(made * 4, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
        const { pipeline, group } = await this.bound(shader, [{ buffer: input }, { buffer: output }]);
        const encoder = this.device.createCommandEncoder(), work = encoder.beginComputePass();
        work.setPipeline(pipeline);
        work.setBindGroup(0, group);
        work.dispatchWorkgroups(1);
        work.end();
        this.device.queue.submit([encoder.finish()]);
        return base64(await this.read(output, made * 4));
    }

    // In turns, each first as often as the other; a hidden tab is throttled, so its times would mislead.
    async times(programs, images) {
        const found = Object.fromEntries(programs.map(({ precision }) => [precision, []])), began = performance.now();
        const least = programs.length > 1 ? FEWEST_ROUNDS : 1;  // a single one is compared with nothing
        let hidden = document.hidden;
        const note = () => { hidden = true; };
        document.addEventListener("visibilitychange", note);
        try {
            for (let round = 0; round < MOST_ROUNDS; round++) {
                if (round >= least && performance.now() - began > TIMED_MS / (programs.length > 1 ? 1 : 8)) break;
                for (const program of round % 2 ? [...programs].reverse() : programs) {
                    const start = performance.now();
                    await this.pass(program, images);
                    found[program.precision].push(performance.now() - start);
                }
            }
        } finally {
            document.removeEventListener("visibilitychange", note);
        }
        return { hidden, times: hidden ? Object.fromEntries(programs.map((p) => [p.precision, []])) : found };
    }
}

// Firefox and older browsers have WebGPU without the array of halves; the numbers of a probe are exact in float16.
const Float16Array = globalThis.Float16Array ?? class {
    constructor(numbers) {
        this.buffer = Uint16Array.from(numbers, (value) => {
            if (value === 0) return 0;
            const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
            const digits = Math.abs(value) / 2 ** (exponent - 10);
            return (value < 0 ? 0x8000 : 0) + (digits < 1024 ? digits : ((exponent + 15) << 10) + digits - 1024);
        }).buffer;
    }
};

class Run {
    constructor(root) {
        const find = (name) => root.querySelector(`.${name}`);
        Object.assign(this, {
            root, words: JSON.parse(root.dataset.words), start: find("start"), stop: find("stop"), count: find("count"),
            bar: find("bar"), note: find("note"), said: find("said"), wanted: null, stopping: null, gpu: null,
        });
        this.start.onclick = () => this.began();
        this.stop.onclick = () => this.stopping?.abort(new Refusal("cancelled"));
    }

    say(text, refused = false) {
        this.said.textContent = text;
        this.said.classList.toggle("refused", refused);
    }

    busy(is) {
        this.start.hidden = this.count.disabled = is;
        this.stop.hidden = this.bar.hidden = !is;
        if (!is) this.note.textContent = "";
    }

    progress(text, done) {
        this.note.textContent = text;
        this.bar.value = done;
    }

    // Nothing is asked of the server before the GPU is there.
    async began() {
        this.say("");
        this.busy(true);
        this.progress(this.words.opening, 0);
        const stopping = this.stopping = new AbortController(), { signal } = stopping;
        await this.guarded(async () => {
            const gpu = await opened();
            if (signal.aborted) {
                gpu.device.destroy();
                throw signal.reason;
            }
            this.gpu = gpu;
            gpu.device.lost.then((info) => {
                if (!signal.aborted) stopping.abort(Object.assign(new Refusal("lost"), { detail: info.message }));
            });
            this.wanted = Number(this.count.value);
            this.progress(this.words.fetching, 0.02);
            signal.addEventListener("abort", () => this.refused(signal.reason), { once: true });
            this.send("wanted", { images: this.wanted });
            await this.tryPlan();
        });
    }

    async take(data) {
        this.data = data;
        await this.tryPlan();
    }

    // The plan may have come before a click that asks for the same, or after it.
    async tryPlan() {
        if (!(this.data instanceof Uint8Array) || this.wanted === null) return;
        const { wanted, stopping } = this;
        await this.guarded(async () => {
            const plan = await unpacked(this.data);
            if (this.stopping !== stopping || this.wanted !== wanted || plan.images !== Math.min(wanted, plan.most)) return;
            this.wanted = null;
            const answer = await this.carryOut(plan);
            this.end();
            this.send("answer", answer);
        });
    }

    // What is left of a run that was stopped must not end the next one.
    async guarded(act) {
        const mine = this.stopping;
        try {
            await act();
        } catch (error) {
            if (this.stopping === mine) this.refused(mine?.signal.aborted ? mine.signal.reason : error);
        }
    }

    refused(error) {
        if (!this.stopping) return;
        const known = error instanceof Refusal, text = this.words[known ? error.message : "failed"];
        const detail = known ? error.detail : error?.message;
        this.end();
        this.say(detail ? `${text} (${String(detail).slice(0, 200)})` : text, !known || error.message !== "cancelled");
    }

    end() {
        const { stopping, gpu } = this;
        [this.stopping, this.gpu, this.wanted] = [null, null, null];
        stopping?.abort(new Refusal("cancelled"));
        gpu?.device.destroy();
        this.busy(false);
    }

    async carryOut(plan) {
        const { device, half, adapter } = this.gpu, gpu = new TestRun(device, this.stopping.signal);
        return gpu.watched(() => this.measured(gpu, plan, half, adapter));
    }

    async measured(gpu, plan, half, adapter) {
        const wanted = [["f32", "driver"], ...(half ? ["driver", "fused", "apart"].map((way) => ["f16", way]) : [])];
        const probes = {}, logits = {}, timed = [];
        let slowest = 0;
        for (const precision of half ? ["f32", "f16"] : ["f32"]) probes[precision] = await gpu.probe(plan, precision);
        for (const [place, [precision, way]] of wanted.entries()) {
            const text = this.words[precision === "f32" ? "single" : "half"];
            this.progress(text, (0.05 + place) / (wanted.length + 1));
            const program = await gpu.program(plan, precision, way);
            const images = way === "driver" ? plan.images : Math.min(plan.images, IDENTIFIED), began = performance.now();
            await gpu.pass(program, images, (done) => {
                this.progress(`${text}: ${done.toLocaleString("en")} / ${images.toLocaleString("en")}`,
                    (place + done / images) / (wanted.length + 1));
            });
            slowest = Math.max(slowest, (performance.now() - began) / images);
            logits[`${precision} ${way}`] = base64(await gpu.read(program.logits, images * plan.classes * program.size));
            if (way === "driver") timed.push(program);
        }
        // In software, a thousand images take seconds.
        const timedImages = Math.min(plan.images, slowest * TIMED_IMAGES < PASS_MS ? TIMED_IMAGES : plan.atOnce);
        this.progress(this.words.timing, wanted.length / (wanted.length + 1));
        const { hidden, times } = await gpu.times(timed, timedImages);
        if (hidden) this.say(this.words.hidden);
        return { plan: plan.digest, adapter, float16: half, images: plan.images, logits, probes, times, timedImages };
    }
}

export default function ({ data, parentElement, setTriggerValue }) {
    const root = parentElement.querySelector(".gpu");
    root.run ??= new Run(root);
    root.run.send = setTriggerValue;
    root.run.take(Array.isArray(data) ? null : data);
    return () => setTimeout(() => root.isConnected || root.run.stopping?.abort(new Refusal("cancelled")));
}
