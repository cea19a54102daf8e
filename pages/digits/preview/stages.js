// From strokes to 28 × 28 pixels by the stages of `fp16core.images.prepare` that a drawing goes through: white strokes on
// black have even light, no printed lines, and no grain. Sizes are the server's, as are the rules by which it rounds.
const CANVAS_SIDE = 280, PICTURE_SIDE = 196, IMAGE_SIDE = 28, BOX_SIDE = 20, FINE_SIDE = 120;
const THRESHOLD = 0.5, FEWEST_STRONG = 39, SPECK_PX = 2, SPECK_SHARE = 0.02, MARGIN = 3, GROWTH = 12;
const STROKE_LOW = 1.3, STROKE_HIGH = 3.8, STROKE_USUAL = 2.2;

// To the nearest whole number, and from the middle to the nearest even one, as Python does.
const rounded = (value) => {
    const near = Math.round(value);
    return near - value === 0.5 && near % 2 ? near - 1 : near;
};

const grid = (height, width, values = new Float32Array(height * width)) => ({ height, width, values });

// A stroke is all that lies within half its width of its line; edges are soft by a pixel.
const drawn = (strokes) => {
    const picture = grid(PICTURE_SIDE, PICTURE_SIDE), { values } = picture, scale = PICTURE_SIDE / CANVAS_SIDE;
    const segment = (x0, y0, x1, y1, radius) => {
        const reach = radius + 1, dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
        const bound = (value) => Math.min(PICTURE_SIDE, Math.max(0, value));
        const [left, right] = [bound(Math.floor(Math.min(x0, x1) - reach)), bound(Math.ceil(Math.max(x0, x1) + reach))];
        const [top, bottom] = [bound(Math.floor(Math.min(y0, y1) - reach)), bound(Math.ceil(Math.max(y0, y1) + reach))];
        for (let y = top; y < bottom; y++) {
            for (let x = left; x < right; x++) {
                const px = x + 0.5 - x0, py = y + 0.5 - y0;
                const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
                const ink = radius + 0.5 - Math.hypot(px - along * dx, py - along * dy);
                if (ink > values[y * PICTURE_SIDE + x]) values[y * PICTURE_SIDE + x] = Math.min(1, ink);
            }
        }
    };
    strokes.forEach(({ width, points }) => {
        // Pillow draws on a grid twice as fine, in whole widths; half a pixel of it wider is nearest to its round ends.
        const radius = (rounded(2 * width * scale) + 0.5) / 4, at = (place) => points[place] * scale;
        for (let place = 0; place < points.length; place += 2) {
            const before = Math.max(0, place - 2);
            segment(at(before), at(before + 1), at(place), at(place + 1), radius);
        }
    });
    return picture;
};

const marked = ({ height, width, values }) => {
    const made = grid(height, width, new Uint8Array(values.length));
    for (let at = 0; at < values.length; at++) made.values[at] = values[at] > THRESHOLD ? 1 : 0;
    return made;
};

// Connected marks, diagonal neighbours included: their labels, boxes and areas.
const components = ({ height, width, values }) => {
    const labels = new Uint16Array(values.length), found = [], open = [];
    for (let start = 0; start < values.length; start++) {
        if (!values[start] || labels[start]) continue;
        const one = { label: found.length + 1, top: height, bottom: 0, left: width, right: 0, area: 0 };
        labels[start] = one.label;
        open.push(start);
        while (open.length) {
            const at = open.pop(), y = Math.floor(at / width), x = at - y * width;
            one.area += 1;
            [one.top, one.bottom] = [Math.min(one.top, y), Math.max(one.bottom, y + 1)];
            [one.left, one.right] = [Math.min(one.left, x), Math.max(one.right, x + 1)];
            for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
                for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
                    const next = v * width + u;
                    if (!values[next] || labels[next]) continue;
                    labels[next] = one.label;
                    open.push(next);
                }
            }
        }
        found.push(one);
    }
    return { labels, found };
};

const joined = (one, other) => ({
    top: Math.min(one.top, other.top), bottom: Math.max(one.bottom, other.bottom),
    left: Math.min(one.left, other.left), right: Math.max(one.right, other.right),
});
const tallOf = (box) => box.bottom - box.top;
const wideOf = (box) => box.right - box.left;
const boxOf = (parts) => parts.reduce(joined);

const digitsOfRow = (parts) => {
    const digits = [];
    [...parts].sort((one, other) => one.left - other.left).forEach((part) => {
        const last = digits.at(-1), box = last && boxOf(last);
        const shared = last ? Math.min(box.right, part.right) - part.left : -1;
        if (last && shared > 0.25 * Math.min(wideOf(box), wideOf(part))) last.push(part);
        else digits.push([part]);
    });
    const tallest = Math.max(...digits.map((digit) => tallOf(boxOf(digit))));
    return digits.filter((digit) => tallOf(boxOf(digit)) >= 0.4 * tallest);
};

// The parts of each digit, without specks. The server also looks at shapes, to join parts that lie apart and to cut digits that
// touch; here parts that share columns are a digit, which is enough to say nothing of most drawings that are more than one.
const digitsOf = (found) => {
    const large = found.filter(({ area }) => area >= SPECK_PX), most = Math.max(...large.map(({ area }) => area));
    const kept = large.filter(({ area }) => area >= SPECK_SHARE * most), rows = [];
    if (!kept.length) return [];
    [...kept].sort((one, other) => one.top - other.top).forEach((part) => {
        const last = rows.at(-1);
        if (last && part.top < boxOf(last).bottom) last.push(part);
        else rows.push([part]);
    });
    const heights = rows.map((row) => tallOf(boxOf(row)));
    const digits = rows.map(digitsOfRow);
    const isOneRow = heights.some((height) => height < 0.5 * Math.max(...heights)) || digits.every((row) => row.length === 1);
    return isOneRow ? digitsOfRow(kept) : digits.flat();
};

const cubic = (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0);
const triangle = (x) => Math.max(0, 1 - x);
const BICUBIC = { filter: cubic, support: 2 }, BILINEAR = { filter: triangle, support: 1 };

// Scaling along one axis with Pillow's windows, which widen when a picture is made smaller.
const windows = (from, to, { filter, support }) => {
    const scale = from / to, wide = Math.max(1, scale), reach = support * wide;
    return Array.from({ length: to }, (_, place) => {
        const centre = (place + 0.5) * scale, first = Math.max(0, Math.trunc(centre - reach + 0.5));
        const end = Math.min(from, Math.trunc(centre + reach + 0.5)), weights = [];
        for (let at = first; at < end; at++) weights.push(filter(Math.abs((at - centre + 0.5) / wide)));
        const sum = weights.reduce((one, other) => one + other);
        return { first, weights: weights.map((weight) => weight / sum) };
    });
};

const resized = ({ height, width, values }, longer, kind) => {
    const scale = longer / Math.max(height, width), to = (side) => Math.max(1, rounded(side * scale));
    const across = windows(width, to(width), kind), down = windows(height, to(height), kind);
    const half = grid(height, across.length), made = grid(down.length, across.length);
    for (let y = 0; y < height; y++) {
        across.forEach(({ first, weights }, x) => {
            let sum = 0;
            for (let k = 0; k < weights.length; k++) sum += values[y * width + first + k] * weights[k];
            half.values[y * half.width + x] = sum;
        });
    }
    down.forEach(({ first, weights }, y) => {
        for (let x = 0; x < half.width; x++) {
            let sum = 0;
            for (let k = 0; k < weights.length; k++) sum += half.values[(first + k) * half.width + x] * weights[k];
            made.values[y * half.width + x] = sum;
        }
    });
    return made;
};

const cut = ({ height, width, values }, box) => {
    const made = grid(tallOf(box), wideOf(box), new values.constructor(tallOf(box) * wideOf(box)));
    for (let y = 0; y < made.height; y++) {
        const start = (box.top + y) * width + box.left;
        made.values.set(values.subarray(start, start + made.width), y * made.width);
    }
    return made;
};

const padded = ({ height, width, values }, by) => {
    const made = grid(height + 2 * by, width + 2 * by, new Uint8Array((height + 2 * by) * (width + 2 * by)));
    for (let y = 0; y < height; y++) made.values.set(values.subarray(y * width, (y + 1) * width), (y + by) * made.width + by);
    return made;
};

const trimmed = (marks) => {
    const box = { top: marks.height, bottom: 0, left: marks.width, right: 0 };
    marks.values.forEach((mark, at) => {
        if (!mark) return;
        const y = Math.floor(at / marks.width), x = at - y * marks.width;
        [box.top, box.bottom] = [Math.min(box.top, y), Math.max(box.bottom, y + 1)];
        [box.left, box.right] = [Math.min(box.left, x), Math.max(box.right, x + 1)];
    });
    return box.bottom ? cut(marks, box) : marks;
};

// Square of each mark's distance to the nearest place without one; there is one in each row.
const squaredDistances = ({ height, width, values }) => {
    const down = new Int32Array(values.length), found = new Int32Array(values.length), far = height + width;
    for (let x = 0; x < width; x++) {
        for (let y = 0, last = far; y < height; y++) down[y * width + x] = last = values[y * width + x] ? last + 1 : 0;
        for (let y = height - 1, last = far; y >= 0; y--) {
            last = values[y * width + x] ? last + 1 : 0;
            if (last < down[y * width + x]) down[y * width + x] = last;
        }
    }
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const row = y * width;
            let best = down[row + x] ** 2;
            for (let d = 1; d * d < best; d++) {
                if (x >= d) best = Math.min(best, d * d + down[row + x - d] ** 2);
                if (x + d < width) best = Math.min(best, d * d + down[row + x + d] ** 2);
            }
            found[row + x] = best;
        }
    }
    return found;
};

// Zhang and Suen: which of 256 neighbourhoods lose their middle in the first and in the second half of a round.
const THINNED = Uint8Array.from({ length: 256 }, (_, bits) => {
    const p = Array.from({ length: 8 }, (__, place) => (bits >> place) & 1);  // from the one above on, clockwise
    const count = p.reduce((one, other) => one + other), turns = p.filter((mark, place) => !mark && p[(place + 1) % 8]).length;
    if (count < 2 || count > 6 || turns !== 1) return 0;
    const [up, , right, , below, , left] = p;
    return (!(up && right && below) && !(right && below && left) ? 1 : 0) + (!(up && right && left) && !(up && below && left) ? 2 : 0);
});

// The lines along the middle of strokes, in a grid without marks at its edge.
const skeleton = ({ height, width, values }) => {
    const marks = Uint8Array.from(values), [up, down] = [-width, width];
    let places = [], isThinned = true;
    for (let at = 0; at < marks.length; at++) if (marks[at]) places.push(at);
    const around = (at) => marks[at + up] | (marks[at + up + 1] << 1) | (marks[at + 1] << 2) | (marks[at + down + 1] << 3)
        | (marks[at + down] << 4) | (marks[at + down - 1] << 5) | (marks[at - 1] << 6) | (marks[at + up - 1] << 7);
    while (isThinned) {
        isThinned = false;
        for (const half of [1, 2]) {
            const gone = places.filter((at) => THINNED[around(at)] & half);
            if (!gone.length) continue;
            isThinned = true;
            gone.forEach((at) => { marks[at] = 0; });
            places = places.filter((at) => marks[at]);
        }
    }
    return grid(height, width, marks);
};

const strokeWidth = (fine) => {
    const marks = padded(fine, 1), middle = skeleton(marks), squares = squaredDistances(marks);
    let sum = 0, count = 0;
    middle.values.forEach((mark, at) => {
        if (!mark) return;
        sum += Math.sqrt(squares[at]);
        count += 1;
    });
    return count ? ((2 * sum) / count - 1) * (BOX_SIDE / Math.max(fine.height, fine.width)) : 0;
};

const inverted = ({ height, width, values }) => grid(height, width, values.map((mark) => 1 - mark));

const withUsualStrokes = (ink, width) => {
    const scale = Math.max(ink.height, ink.width) / BOX_SIDE, marks = padded(ink, GROWTH);
    const side = ((STROKE_USUAL - width) * scale) / 2 / (1 - STROKE_USUAL / BOX_SIDE);
    const within = (squares, at, reach) => Math.sqrt(squares[at]) <= reach;
    if (side > 0) {
        const away = squaredDistances(inverted(marks));
        return grid(marks.height, marks.width, marks.values.map((_, at) => within(away, at, side)));
    }
    const inside = squaredDistances(marks), along = squaredDistances(inverted(skeleton(marks)));
    return grid(marks.height, marks.width, marks.values.map(
        (mark, at) => Math.sqrt(inside[at]) > -side || (within(along, at, (STROKE_USUAL * scale) / 2) && mark === 1),
    ));
};

const boxed = (fine) => {
    const made = resized(fine, BOX_SIDE, BILINEAR);
    return grid(made.height, made.width, made.values.map((value) => Math.min(1, Math.max(0, value))));
};

const placedByMass = ({ height, width, values }) => {
    let total = 0, rows = 0, columns = 0;
    values.forEach((value, at) => {
        const y = Math.floor(at / width);
        total += value;
        rows += value * y;
        columns += value * (at - y * width);
    });
    const place = (sum, size) => Math.min(Math.max(rounded(IMAGE_SIDE / 2 - sum / Math.max(total, 1e-6)), 0), IMAGE_SIDE - size);
    const top = place(rows, height), left = place(columns, width), image = new Uint8Array(IMAGE_SIDE * IMAGE_SIDE);
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) image[(top + y) * IMAGE_SIDE + left + x] = rounded(Math.fround(values[y * width + x] * 255));
    }
    return image;
};

// The pixels of a drawing of one digit; null of any other.
const prepared = (strokes) => {
    const ink = drawn(strokes);
    if (ink.values.reduce((count, value) => count + (value === 1), 0) < FEWEST_STRONG) return null;
    const { labels, found } = components(marked(ink)), digits = digitsOf(found);
    if (digits.length !== 1) return null;
    const mine = new Set(digits[0].map(({ label }) => label)), box = boxOf(digits[0]);
    const area = {
        top: Math.max(0, box.top - MARGIN), bottom: Math.min(ink.height, box.bottom + MARGIN),
        left: Math.max(0, box.left - MARGIN), right: Math.min(ink.width, box.right + MARGIN),
    };
    const crop = cut(ink, area);
    if (mine.size < found.length) {
        const isNear = new Uint8Array(ink.values.length), { width } = ink;
        labels.forEach((label, at) => {
            if (!mine.has(label)) return;
            for (const row of [at - width, at, at + width]) isNear.fill(1, Math.max(0, row - 1), Math.max(0, row + 2));
        });
        const kept = cut(grid(ink.height, width, isNear), area).values;
        crop.values.forEach((_, at) => { crop.values[at] *= kept[at]; });
    }
    let fine = trimmed(marked(resized(crop, FINE_SIDE, BICUBIC)));
    const width = strokeWidth(fine);
    if (width < STROKE_LOW || width > STROKE_HIGH) fine = trimmed(withUsualStrokes(fine, width));
    return placedByMass(boxed(fine));
};
