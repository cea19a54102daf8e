// The browser's GPU: opened, or a refusal; a plan of the server unpacked; its programs encoded and run.
class Refusal extends Error {}

const unpacked = async (data) => {
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
    const whole = await new Response(stream).arrayBuffer();
    const length = new DataView(whole).getUint32(0, true);
    const plan = JSON.parse(new TextDecoder().decode(new Uint8Array(whole, 4, length)));
    let at = 4 + length;
    plan.data = {};
    plan.blocks.forEach(({ name, bytes }) => {
        plan.data[name] = new Uint8Array(whole, at, bytes);
        at += bytes;
    });
    return plan;
};

// The same, for the last few numbers of a buffer too: its bytes are a multiple of four.
const whole = (bytes) => Math.ceil(bytes / 4) * 4;

class Gpu {
    constructor(device, signal) {
        [this.device, this.signal] = [device, signal];
    }

    check() {
        if (this.signal.aborted) throw this.signal.reason;
    }

    // A browser throws a RangeError where it has no room for a buffer's first content.
    buffer(bytes, usage, content) {
        try {
            const made = this.device.createBuffer({ size: whole(bytes), usage, mappedAtCreation: content !== undefined });
            if (content !== undefined) {
                new Uint8Array(made.getMappedRange()).set(content);
                made.unmap();
            }
            return made;
        } catch (error) {
            throw error instanceof RangeError ? Object.assign(new Refusal("memory"), { detail: error.message }) : error;
        }
    }

    async bound(text, bindings) {
        const module = this.device.createShaderModule({ code: text });
        const pipeline = await this.device.createComputePipelineAsync({ layout: "auto", compute: { module } });
        const entries = bindings.map((resource, binding) => ({ binding, resource }));
        const group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
        this.check();
        return { pipeline, group };
    }

    async program(plan, precision, way) {
        const size = precision === "f32" ? 4 : 2, { STORAGE, COPY_SRC, COPY_DST, UNIFORM } = GPUBufferUsage;
        const numbers = this.buffer(plan.data[precision].length, STORAGE, plan.data[precision]);
        const call = this.buffer(16, UNIFORM | COPY_DST), pixels = this.buffer(plan.atOnce * plan.pixels, STORAGE | COPY_DST);
        const steps = [];
        let given = pixels;
        for (const { shader, made, stored } of plan.programs[precision][way]) {
            const result = this.buffer(plan.atOnce * made * size, STORAGE | COPY_SRC);
            const place = { buffer: numbers, offset: stored.offset, size: stored.bytes };
            const bindings = [{ buffer: given }, place, { buffer: result }, { buffer: call }];
            steps.push({ made, ...await this.bound(shader, bindings) });
            given = result;
        }
        return { plan, precision, way, size, call, pixels, steps, last: given, bytes: plan.atOnce * plan.classes * size };
    }

    // The images' logits will be the first bytes of the program's last buffer.
    encode(encoder, { plan, call, pixels, steps }, images, count) {
        const { queue } = this.device, work = encoder.beginComputePass();
        queue.writeBuffer(pixels, 0, images);
        queue.writeBuffer(call, 0, new Uint32Array([0, count, 0, 0]));
        steps.forEach(({ pipeline, group, made }) => {
            work.setPipeline(pipeline);
            work.setBindGroup(0, group);
            work.dispatchWorkgroups(Math.ceil((count * made) / plan.workgroup));
        });
        work.end();
    }

    // Acts, and refuses if the GPU complains: it tells only when asked that it had no memory, and what follows fails before.
    async watched(act) {
        const { device } = this;
        device.pushErrorScope("validation");
        device.pushErrorScope("out-of-memory");
        const outcome = await act().then((made) => ({ made }), (error) => ({ error }));
        for (const kind of ["memory", "failed"]) {
            const error = await device.popErrorScope();
            if (error && !this.signal.aborted) throw Object.assign(new Refusal(kind), { detail: error.message });
        }
        if (outcome.error) throw outcome.error;
        return outcome.made;
    }
}

const foundAdapter = async () => {
    if (!window.isSecureContext) throw new Refusal("insecure");
    if (!navigator.gpu) throw new Refusal("missing");
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw new Refusal("adapter");
    return adapter;
};

const described = (adapter) => {
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
    const fallback = isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;  // older browsers tell it of the adapter
    return { vendor, architecture, device, description, fallback };
};

const isSoftware = ({ fallback, ...words }) => fallback || SOFTWARE_NAMES.test(Object.values(words).join(", "));

const opened = async () => {
    const adapter = await foundAdapter(), half = adapter.features.has("shader-f16");
    const device = await adapter.requestDevice({ requiredFeatures: half ? ["shader-f16"] : [] });
    return { device, half, adapter: described(adapter) };
};
