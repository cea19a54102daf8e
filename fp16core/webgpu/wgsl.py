"""Pieces of WGSL of which shaders are made, and the kinds of arithmetic that they differ in."""

from enum import Enum
from string import Template

WORKGROUP = 64
"""Threads of a workgroup, which every WebGPU device allows."""


class Precision(Enum):
    """Type of the numbers that a shader computes with, by its name in WGSL."""

    FLOAT32 = "f32"
    FLOAT16 = "f16"

    @property
    def size_bytes(self) -> int:
        """Bytes of a number."""
        return 4 if self is Precision.FLOAT32 else 2


class Adding(Enum):
    """Formation of sums of products in a shader."""

    DRIVER = "sum + x * w, as the driver likes"
    FUSED = "fma(x, w, sum)"
    APART = "product and sum kept apart"


ADDING = {
    Adding.DRIVER: "return sum + x * w;",
    Adding.FUSED: "return fma(x, w, sum);",
    Adding.APART: "return sum + kept(x * w);",
}

KEPT = {
    Precision.FLOAT32: "return bitcast<f32>(bitcast<u32>(v) ^ call.x);",
    Precision.FLOAT16: "return f16(unpack2x16float(pack2x16float(vec2<f32>(f32(v))) ^ call.x).x);",
}

FRAME = Template("""${enable}alias real = ${real};
@group(0) @binding(0) var<storage, read> given: array<${given}>;
@group(0) @binding(1) var<storage, read> stored: array<real>;
@group(0) @binding(2) var<storage, read_write> made: array<real>;
@group(0) @binding(3) var<uniform> call: vec4<u32>;

fn kept(v: real) -> real {
    ${kept}
}

fn add(sum: real, x: real, w: real) -> real {
    ${add}
}

fn ended(v: real) -> real {
    return ${ended};
}

@compute @workgroup_size(${workgroup})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= call.y * ${made}u) {
        return;
    }
    // Read in every shader, so that all of them have the same bindings.
    let unused = stored[call.x];
${body}}
""")

ENDED = {"NONE": "v", "RELU": "max(v, real(0))", "RELU6": "clamp(v, real(0), real(6))"}

PIXELS = """    let four = given[id.x / 4u];
    made[id.x] = stored[(four >> (8u * (id.x % 4u))) & 255u];
"""

RECTIFIER = """    made[id.x] = ended(given[id.x]);
"""

DENSE = Template("""    let image = id.x / ${outputs}u;
    let output = id.x % ${outputs}u;
    var sum = real(0);
    for (var i = 0u; i < ${inputs}u; i++) {
        sum = add(sum, given[image * ${inputs}u + i], stored[output * ${inputs}u + i]);
    }
    made[id.x] = ended(sum + stored[${biases}u + output]);
""")

WINDOW = Template("""    let channel = id.x % ${outputs}u;
    let column = (id.x / ${outputs}u) % ${columns}u;
    let row = (id.x / ${row_size}u) % ${rows}u;
    let image = id.x / ${made}u;
${before}    for (var i = 0u; i < ${height}u; i++) {
        for (var j = 0u; j < ${width}u; j++) {
            let y = i32(row * ${down}u + i) - ${top};
            let x = i32(column * ${right}u + j) - ${left};
            let inside = y >= 0 && y < ${given_rows} && x >= 0 && x < ${given_columns};
            let pixel = ((image * ${given_rows}u + u32(max(y, 0))) * ${given_columns}u + u32(max(x, 0))) * ${channels}u;
${each}        }
    }
${after}""")

CONVOLVED = Template("""            for (var k = 0u; k < ${channels}u; k++) {
                var value = real(0);
                if (inside) {
                    value = given[pixel + k];
                }
                sum = add(sum, value, stored[((channel * ${height}u + i) * ${width}u + j) * ${channels}u + k]);
            }
""")

DEPTHWISE = Template("""            var value = real(0);
            if (inside) {
                value = given[pixel + channel / ${multiplier}u];
            }
            sum = add(sum, value, stored[(i * ${width}u + j) * ${outputs}u + channel]);
""")

SUMMED = "    var sum = real(0);\n"

BIASED = Template("    made[id.x] = ended(sum + stored[${biases}u + channel]);\n")

LARGEST = (
    "    var most = real(0);\n    var found = false;\n",
    """            if (inside) {
                most = select(given[pixel + channel], max(most, given[pixel + channel]), found);
                found = true;
            }
""",
    "    made[id.x] = ended(most);\n",
)

AVERAGED = (
    "    var sum = 0.0;\n    var count = 0u;\n",
    """            if (inside) {
                sum = sum + f32(given[pixel + channel]);
                count++;
            }
""",
    Template("""    var factor = 0.0;
${factors}    made[id.x] = ended(real(sum * factor));
"""),
)
