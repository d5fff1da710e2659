/*
 * parts.ts - the heap over time by its greatest contributors: call sites, functions, modules or files, and all others.
 */
import { lastPart } from "./format";
import type { Recording } from "./model";
import type { Group } from "./names";
import { Timeline, Curve } from "./timeline";

export const PARTS = 7;

export interface Part {
	name: string;
	place: string;
	frame: number; /* that stands for it; -1: the others */
	key: number; /* of its group */
	atPeak: number;
}

export interface Parts extends Curve {
	parts: Part[]; /* greatest first; the others last */
	series: Float64Array[]; /* by part, at the curve's points */
}

/* What each key holds at the peak and on average: what stands out at either, or anywhere, is worth a colour. */
function weigh(recording: Recording, timeline: Timeline, keyOf: Int32Array, count: number): [Float64Array, Float64Array] {
	const peak = new Float64Array(count);
	const average = new Float64Array(count);
	const whole = { first: 0, last: timeline.count - 1 };
	const live = timeline.peakWithin(whole);
	const mean = timeline.average();
	for (let i = 0; i < recording.tree.count; i++) {
		peak[keyOf[i]!]! += live[i]!;
		average[keyOf[i]!]! += mean[i]!;
	}
	return [peak, average];
}

const KEYS_MOST = 20000; /* whose curves take 4 KiB each, for a moment */

/* What each key ever holds: a second peak has a name, too. */
function mostAtOnce(timeline: Timeline, keyOf: Int32Array, count: number): Float64Array {
	if (count > KEYS_MOST) return new Float64Array(count);
	return Float64Array.from(timeline.curveByPart(keyOf, count), (curve) => curve.reduce((a, b) => Math.max(a, b)));
}

const NEARLY_ALL = 0.85;

/* Call sites, unless one of them has nearly all: then what has it, further down. */
export function tellingGroup(recording: Recording, timeline: Timeline): Group {
	const whole = { first: 0, last: timeline.count - 1 };
	const greatest = (by: Group) => {
		const { self } = recording.sumsBy(by, { name: "peak", title: "", bytes: true }, whole);
		return self.reduce((a, b) => Math.max(a, b), 0) / (timeline.peaks[timeline.peakIn(whole)]! || 1);
	};
	const site = greatest("site");
	return site < NEARLY_ALL || greatest("function") >= site ? "site" : "function";
}

export function partsOf(recording: Recording, timeline: Timeline, by: Group): Parts {
	const { names } = recording;
	const { frames } = recording.keysBy(by);
	const keyOf = recording.keyOfNode(by);
	const [peak, average] = weigh(recording, timeline, keyOf, frames.length);
	const most = mostAtOnce(timeline, keyOf, frames.length);
	const weight = peak.map((bytes, key) => bytes + average[key]! + most[key]!);
	const ranked = frames
		.map((_, key) => key)
		.filter((key) => frames[key] !== 0 && weight[key]! > 0)
		.sort((a, b) => weight[b]! - weight[a]! || a - b);
	const shown = ranked.slice(0, PARTS).sort((a, b) => peak[b]! - peak[a]! || average[b]! - average[a]!);
	const partOfKey = new Int32Array(frames.length).fill(shown.length);
	shown.forEach((key, part) => (partOfKey[key] = part));
	const parts = shown.map((key): Part => {
		const frame = frames[key]!;
		const isPlace = by === "site" || by === "function";
		const name = names.nameBy(by, frame);
		const place = by === "site" ? names.siteOf(frame)[1] : isPlace ? names.placeOf(frame, false) : name;
		return { name: isPlace ? name : lastPart(name), place, frame, key, atPeak: peak[key]! };
	});
	const rest = ranked.slice(PARTS);
	parts.push({ name: "all others", place: "", frame: -1, key: -1, atPeak: rest.reduce((sum, key) => sum + peak[key]!, 0) });
	const series = timeline.curveByPart(
		Int32Array.from(keyOf, (key) => partOfKey[key]!),
		parts.length,
	);
	return { ...timeline.curve(), parts, series };
}
