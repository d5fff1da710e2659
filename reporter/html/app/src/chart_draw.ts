/*
 * chart_draw.ts - what is drawn over the curve: the range, the peak, phases as brackets, marks, collections, and names of
 * the areas where they are thick enough.
 */
import type uPlot from "uplot";
import type { Palette } from "./colours";
import { duration, moment, size } from "./format";
import type { Recording } from "./model";
import type { Parts } from "./parts";
import type { Range, Timeline } from "./timeline";

export const LANE_HEIGHT = 17;
const MOST_LANES = 4;
const FONT = "11px system-ui, sans-serif";

export interface Span {
	name: string;
	from: number;
	to: number;
	lane: number;
}

export interface Events {
	spans: Span[];
	lanes: number;
	marks: { name: string; ns: number }[];
	collections: { ns: number; pause: number }[];
}

export function eventsOf(recording: Recording, timeline: Timeline): Events {
	const { phases = [], marks = [], collections = [] } = timeline.data;
	const spans = phases.map((phase) => ({ name: recording.names.text(phase.name), from: phase.begin_ns, to: phase.end_ns, lane: phase.depth }));
	const deepest = spans.reduce((most, span) => Math.max(most, span.lane + 1), 0);
	return {
		spans: spans.filter((span) => span.lane < MOST_LANES),
		lanes: Math.min(deepest, MOST_LANES) + (marks.length > 0 ? 1 : 0),
		marks: marks.map((mark) => ({ name: recording.names.text(mark.name), ns: mark.ns })),
		collections: collections.map((one) => ({ ns: one.ns, pause: one.pause_ns })),
	};
}

export interface Over {
	parts: Parts;
	timeline: Timeline;
	events: Events;
	palette: Palette;
	range: Range | null;
	resident: (number | null)[] | null; /* at the curve's points; null: not shown */
	lit: number; /* the part that the list points to; -1: none */
}

/* The plot in pixels of the page, whatever the screen has. */
interface Space {
	context: CanvasRenderingContext2D;
	x: (ns: number) => number;
	y: (bytes: number) => number;
	left: number;
	right: number;
	top: number;
	bottom: number;
}

export function drawOver(plot: uPlot, over: Over): void {
	const { ctx: context, bbox } = plot;
	const ratio = devicePixelRatio || 1;
	const space: Space = {
		context,
		x: (ns) => plot.valToPos(ns / 1e9, "x", true) / ratio,
		y: (bytes) => plot.valToPos(bytes, "y", true) / ratio,
		left: bbox.left / ratio,
		right: (bbox.left + bbox.width) / ratio,
		top: bbox.top / ratio,
		bottom: (bbox.top + bbox.height) / ratio,
	};
	context.save();
	context.scale(ratio, ratio);
	context.font = FONT;
	context.textBaseline = "middle";
	drawRange(space, over);
	drawPeak(space, over);
	drawNames(space, over);
	nameResident(space, over);
	drawCollections(space, over);
	drawPhases(space, over);
	drawMarks(space, over);
	context.restore();
}

function say(space: Space, palette: Palette, text: string, x: number, y: number, align: CanvasTextAlign = "left"): void {
	const { context } = space;
	context.textAlign = align;
	context.lineJoin = "round";
	context.lineWidth = 3;
	context.strokeStyle = palette.ground;
	context.strokeText(text, x, y);
	context.fillStyle = palette.text;
	context.fillText(text, x, y);
}

function rule(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
	context.beginPath();
	context.moveTo(x1, y1);
	context.lineTo(x2, y2);
	context.stroke();
}

/* Each area's name where it is thickest, if it is thick enough for one. */
function drawNames(space: Space, { parts, lit, range }: Over): void {
	const { context } = space;
	const [first, end] = range ? [1 + 2 * range.first, 3 + 2 * range.last] : [0, parts.ns.length];
	const base = new Float64Array(parts.ns.length);
	parts.series.forEach((series, i) => {
		let best = -1;
		let thickest = 0;
		for (let j = first; j < end; j++) {
			const thick = space.y(base[j]!) - space.y(base[j]! + series[j]!);
			if (thick > thickest) {
				thickest = thick;
				best = j;
			}
		}
		const text = parts.parts[i]!.name;
		const spot = best < 0 ? null : spotFor(space, parts.ns, base, series, best, first, end, context.measureText(text).width + 12);
		if (thickest > 15 && spot) {
			context.textAlign = "left";
			context.fillStyle = "#fff";
			context.globalAlpha = lit < 0 || lit === i ? 1 : 0.35;
			context.shadowColor = "rgba(0,0,0,.55)";
			context.shadowBlur = 2;
			context.fillText(text, spot.x + 6, spot.y);
			context.shadowBlur = 0;
			context.globalAlpha = 1;
		}
		if (lit >= 0 && lit !== i)
			shade(space, parts.ns, base, series);
		for (let j = 0; j < base.length; j++)
			base[j]! += Math.max(0, series[j]!);
	});
}

/* Room for a text of some width around a point, in the area between `base` and what is above it. */
function spotFor(space: Space, ns: number[], base: Float64Array, series: Float64Array, at: number, first: number, end: number, width: number): { x: number; y: number } | null {
	let from = at;
	let to = at;
	let low = space.y(base[at]!);
	let high = space.y(base[at]! + series[at]!);
	while (space.x(ns[to]!) - space.x(ns[from]!) < width) {
		const bounds = (at: number): [number, number] =>
			at < first || at >= end ? [0, 0] : [Math.min(low, space.y(base[at]!)), Math.max(high, space.y(base[at]! + series[at]!))];
		const [before, after] = [bounds(from - 1), bounds(to + 1)];
		const forward = after[0] - after[1] >= before[0] - before[1];
		[low, high] = forward ? after : before;
		if (low - high < 13)
			return null;
		if (forward)
			to++;
		else
			from--;
	}
	return { x: (space.x(ns[from]!) + space.x(ns[to]!) - width) / 2, y: (low + high) / 2 };
}

/* Areas that the list does not point to. */
function shade(space: Space, ns: number[], base: Float64Array, series: Float64Array): void {
	const { context } = space;
	context.beginPath();
	for (let j = 0; j < ns.length; j++)
		context.lineTo(space.x(ns[j]!), space.y(base[j]! + Math.max(0, series[j]!)));
	for (let j = ns.length - 1; j >= 0; j--)
		context.lineTo(space.x(ns[j]!), space.y(base[j]!));
	context.closePath();
	context.fillStyle = "rgba(128,128,128,.6)";
	context.fill();
}

function drawRange(space: Space, { range, timeline, palette }: Over): void {
	if (!range)
		return;
	const { context, top, bottom } = space;
	const from = space.x(timeline.bounds[range.first]!);
	const to = space.x(timeline.bounds[range.last + 1]!);
	context.fillStyle = palette.ground;
	context.globalAlpha = 0.68;
	context.fillRect(space.left, top, from - space.left, bottom - top);
	context.fillRect(to, top, space.right - to, bottom - top);
	context.globalAlpha = 1;
	context.strokeStyle = palette.accent;
	context.lineWidth = 1.5;
	context.strokeRect(from, top, Math.max(1, to - from), bottom - top);
}

function drawPeak(space: Space, { timeline, palette, range }: Over): void {
	const { context } = space;
	const within = range ?? { first: 0, last: timeline.count - 1 };
	const at = timeline.peakIn(within);
	const [ns, bytes] = [timeline.peakTimes[at]!, timeline.peaks[at]!];
	const [x, y] = [space.x(ns), space.y(bytes)];
	context.setLineDash([5, 4]);
	context.strokeStyle = palette.text;
	context.lineWidth = 1;
	rule(context, x, space.top, x, space.bottom);
	rule(context, space.left, y, space.right, y);
	context.setLineDash([]);
	const onRight = x < space.right - 190;
	say(space, palette, `peak ${size(bytes)} at ${moment(ns, timeline.duration)}`, onRight ? x + 7 : x - 7, Math.max(space.top + 8, y - 9), onRight ? "left" : "right");
}

function nameResident(space: Space, { resident, parts, palette }: Over): void {
	if (!resident)
		return;
	let greatest = -1;
	resident.forEach((bytes, j) => {
		if (bytes !== null && bytes > (resident[greatest] ?? 0))
			greatest = j;
	});
	if (greatest < 0)
		return;
	const [x, y] = [space.x(parts.ns[greatest]!), space.y(resident[greatest]!)];
	const onRight = x < space.right - 90;
	say(space, palette, "resident", onRight ? x + 4 : x - 4, Math.max(space.top + 6, y - 8), onRight ? "left" : "right");
}

/* One of those that fall on one pixel: there may be very many. */
function oncePerPixel<T>(space: Space, events: T[], at: (event: T) => number): T[] {
	let last = NaN;
	return events.filter((event) => last !== (last = Math.round(space.x(at(event)))));
}

function drawCollections(space: Space, { events, palette }: Over): void {
	const { context, bottom } = space;
	context.fillStyle = palette.text;
	for (const { ns } of oncePerPixel(space, events.collections, ({ ns }) => ns)) {
		const x = space.x(ns);
		context.beginPath();
		context.moveTo(x, bottom - 8);
		context.lineTo(x - 4, bottom);
		context.lineTo(x + 4, bottom);
		context.fill();
	}
	if (events.collections.length > 0) {
		const pause = events.collections.reduce((sum, one) => sum + one.pause, 0);
		say(space, palette, `▲ ${events.collections.length} collections, ${duration(pause)} of pauses`, space.left + 6, space.top + 9);
	}
}

function drawPhases(space: Space, { events, palette }: Over): void {
	const { context } = space;
	const first = space.top - 6;
	for (const span of oncePerPixel(space, events.spans, ({ to }) => to)) {
		const y = first - LANE_HEIGHT * span.lane - 4;
		const [from, to] = [space.x(span.from), Math.max(space.x(span.from) + 1, space.x(span.to))];
		context.strokeStyle = palette.muted;
		context.lineWidth = 1;
		context.beginPath();
		context.moveTo(from + 0.5, y + 5);
		context.lineTo(from + 0.5, y - 5);
		context.moveTo(from + 0.5, y);
		context.lineTo(to - 0.5, y);
		context.moveTo(to - 0.5, y - 5);
		context.lineTo(to - 0.5, y + 5);
		context.stroke();
		if (context.measureText(span.name).width < to - from - 10)
			say(space, palette, span.name, (from + to) / 2, y, "center");
	}
}

function drawMarks(space: Space, { events, palette }: Over): void {
	const { context } = space;
	const y = space.top - 6 - LANE_HEIGHT * (events.lanes - 1) - 4;
	let free = -Infinity;
	context.setLineDash([1, 3]);
	context.lineWidth = 1;
	const marks = oncePerPixel(space, events.marks, ({ ns }) => ns);
	for (const { ns } of marks) {
		context.strokeStyle = palette.text;
		rule(context, space.x(ns), y + 6, space.x(ns), space.bottom);
	}
	context.setLineDash([]);
	for (const { name, ns } of marks) {
		const x = space.x(ns);
		if (x < free)
			continue;
		const width = context.measureText(name).width + 8;
		const onLeft = x + width > space.right;
		say(space, palette, name, onLeft ? x - 2 : x + 2, y, onLeft ? "right" : "left");
		free = x + width;
	}
}
