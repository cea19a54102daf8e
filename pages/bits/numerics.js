// Floating-point numbers bit by bit, as fp16core.numerics has them; a test compares both. A format is
// {name, exponent, mantissa, infinity}: the widths of its fields, and whether it has an infinity.

// Every float32 number, and every number of a narrower format, is a whole multiple of this.
const UNIT = -149;

const widthOf = (to) => 1 + to.exponent + to.mantissa;
const biasOf = (to) => 2 ** (to.exponent - 1) - 1;
const infinityCode = (to) => (2 ** to.exponent - 1) * 2 ** to.mantissa;
const largestCode = (to) => infinityCode(to) + (to.infinity ? -1 : 2 ** to.mantissa - 2);

const decode = (of, bits) => {
    const signBit = 2 ** (of.exponent + of.mantissa), code = bits % signBit;
    const stored = Math.floor(code / 2 ** of.mantissa), mantissa = code % 2 ** of.mantissa;
    const kind = code > largestCode(of)
        ? (of.infinity && code === infinityCode(of) ? "infinite" : "NaN")
        : stored ? "normal" : mantissa ? "subnormal" : "zero";
    return {
        bits, code, mantissa, kind,
        sign: bits >= signBit ? 1 : 0,
        isFinite: kind !== "infinite" && kind !== "NaN",
        exponent: Math.max(stored, 1) - biasOf(of),
        significand: (stored ? 2 ** of.mantissa : 0) + mantissa,
    };
};

const encode = (to, sign, code) =>
    sign * 2 ** (to.exponent + to.mantissa) + Math.min(code, largestCode(to) + 1);

// To nearest, ties to even. All steps are exact in JavaScript's float64 numbers.
const narrow = (from, bits, to) => {
    const source = decode(from, bits), fewer = from.mantissa - to.mantissa;
    if (source.kind === "infinite" || (source.kind === "NaN" && !to.infinity)) return encode(to, source.sign, Infinity);
    if (source.kind === "NaN") {
        const payload = Math.floor(source.mantissa / 2 ** fewer), quiet = 2 ** (to.mantissa - 1);
        return source.sign * 2 ** (widthOf(to) - 1) + infinityCode(to) + (payload >= quiet ? payload : payload + quiet);
    }
    const least = 1 - biasOf(to), exponent = Math.max(source.exponent, least);
    const scaled = source.significand / 2 ** (fewer + exponent - source.exponent);
    const kept = Math.floor(scaled), rest = scaled - kept;
    const up = rest > 0.5 || (rest === 0.5 && kept % 2 === 1) ? 1 : 0;
    return encode(to, source.sign, (exponent - least) * 2 ** to.mantissa + kept + up);
};

// The float32 number with the value of a float16 number; a NaN keeps its payload.
const widen = (from, bits, to) => {
    const source = decode(from, bits), more = to.mantissa - from.mantissa, sign = source.sign * 2 ** (widthOf(to) - 1);
    if (!source.isFinite) return sign + infinityCode(to) + source.mantissa * 2 ** more;
    if (source.significand === 0) return sign;
    const lead = 31 - Math.clz32(source.significand), exponent = source.exponent - from.mantissa + lead;
    return sign + (exponent + biasOf(to)) * 2 ** to.mantissa + (source.significand - 2 ** lead) * 2 ** (to.mantissa - lead);
};

// The number `steps` above in the format's grid; the same beyond its end, and for NaN.
const stepped = (of, bits, steps) => {
    const { kind, sign, code } = decode(of, bits);
    if (kind === "NaN") return bits;
    const rank = (sign ? -code : code) + steps, last = largestCode(of) + (of.infinity ? 1 : 0);
    return encode(of, rank < 0 ? 1 : 0, Math.min(Math.abs(rank), last));
};

// A finite number's value in units of 2^UNIT.
const exactly = (of, bits) => {
    const { sign, significand, exponent } = decode(of, bits);
    const magnitude = BigInt(significand) << BigInt(exponent - of.mantissa - UNIT);
    return sign ? -magnitude : magnitude;
};

const asNumber = (of, bits) => {
    const { kind, sign, isFinite } = decode(of, bits);
    if (!isFinite) return kind === "NaN" ? NaN : sign ? -Infinity : Infinity;
    return sign && kind === "zero" ? -0 : Number(exactly(of, bits)) * 2 ** UNIT;
};

// The signed error of an outcome: as a number, as a share of the source, in ULP at the source's exponent, and exactly.
const deviation = (from, bits, to, outcome) => {
    const source = decode(from, bits), got = decode(to, outcome);
    if (source.kind === "NaN" || got.kind === "NaN") return { absolute: NaN, relative: NaN, ulps: NaN };
    if (source.isFinite && got.isFinite) {
        const value = exactly(from, bits), exact = exactly(to, outcome) - value, absolute = Number(exact) * 2 ** UNIT;
        const place = Math.max(source.exponent, 1 - biasOf(to)) - to.mantissa;
        return {
            exact, absolute,
            relative: exact === 0n ? 0 : value === 0n ? Infinity : Math.abs(Number(exact) / Number(value)),
            ulps: absolute / 2 ** place,
        };
    }
    const away = asNumber(to, outcome) - asNumber(from, bits);
    return Number.isNaN(away) ? { absolute: 0, relative: 0, ulps: 0 } : { absolute: away, relative: Infinity, ulps: away };
};

// The other one of the two numbers around a finite source; null if rounding is exact.
const otherNeighbour = (from, bits, to, outcome) => {
    const value = asNumber(from, bits), rounded = asNumber(to, outcome);
    if (!decode(from, bits).isFinite || rounded === value || Number.isNaN(rounded)) return null;
    return outcome + (Math.abs(rounded) > Math.abs(value) ? -1 : 1);
};

// Text, as fp16core.text and fp16core.numerics.bits write it.
const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const power = (base, exponent) => base + String(exponent).replace(/[-0-9]/g, (digit) => SUPERSCRIPTS[digit]);

// Every digit of a multiple of 2^UNIT: n / 2ᵏ = n·5ᵏ / 10ᵏ.
const exactText = (units) => {
    let whole = units < 0n ? -units : units, places = -UNIT;
    while (places > 0 && whole % 2n === 0n) [whole, places] = [whole / 2n, places - 1];
    const digits = String(whole * 5n ** BigInt(places)).padStart(places + 1, "0"), point = digits.length - places;
    return (units < 0n ? "−" : "") + digits.slice(0, point) + (places ? "." + digits.slice(point) : "");
};

const decimalText = (of, bits) => {
    const { kind, sign } = decode(of, bits);
    if (kind === "NaN") return "not a number";
    const units = kind === "infinite" ? 0n : exactly(of, bits);
    return (sign ? "−" : "") + (kind === "infinite" ? "∞" : exactText(units < 0n ? -units : units));
};

// A magnitude's first significant digits, rounded half to even as Python does, and the power of ten of the first one.
const digitsOf = (magnitude, count) => {
    const [mantissa, exponent] = magnitude.toExponential(60).split("e");
    const digits = mantissa.replace(".", ""), rest = digits.slice(count), half = "5".padEnd(rest.length, "0");
    let kept = BigInt(digits.slice(0, count)), place = Number(exponent);
    if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n;
    const text = String(kept);
    return text.length > count ? [text.slice(0, count), place + 1] : [text, place];
};

const scientific = (magnitude, count) => {
    const [digits, place] = digitsOf(magnitude, count);
    return `${digits[0]}.${digits.slice(1)} × ${power(10, place)}`;
};

const smallText = (value, signed = false) => {
    if (Number.isNaN(value)) return "not a number";
    if (!Number.isFinite(value)) return value > 0 ? "infinite" : "−infinite";
    const magnitude = Math.abs(value), isNegative = value < 0 || Object.is(value, -0);
    const sign = isNegative ? "−" : signed && value !== 0 ? "+" : "";
    if (value === 0) return sign + "0";
    if (magnitude < 0.01 || magnitude >= 9999.5) return sign + scientific(magnitude, 3);
    const [digits, place] = digitsOf(magnitude, magnitude < 1000 ? 3 : 4);
    if (place < 0) return sign + ("0." + "0".repeat(-place - 1) + digits).replace(/0+$/, "");
    if (place > 2) return sign + digits[0] + "," + digits.slice(1).padEnd(3, "0");
    const part = digits.slice(place + 1).replace(/0+$/, "");
    return sign + digits.slice(0, place + 1) + (part && "." + part);
};
