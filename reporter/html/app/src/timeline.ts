/*
 * timeline.ts - the run in intervals: what each call path had at an interval's end, at its peak, and in between.
 *
 * All of it is relative to an interval's start, so sums of neighbours are exact.
 */
import type { RecordingData, TimeData } from "./schema";
import { undoDifferences } from "./tree";

/* Intervals from the first to the last of a range, both included. */
export interface Range {
	first: number;
	last: number;
}

interface Entries {
	nodes: Int32Array;
	net: number[];
	toPeak: number[];
	allocations: number[] | null;
	allocated: number[] | null;
}

/* A curve's points: of each interval its peak and its end, by time. */
export interface Curve {
	ns: number[];
	heap: number[];
}

export class Timeline {
	readonly count: number;
	readonly bounds: Float64Array; /* count + 1 of them */
	readonly peaks: Float64Array;
	readonly peakTimes: Float64Array;
	readonly ends: Float64Array;
	readonly duration: number;
	readonly hasAllocations: boolean;
	readonly hasAllocated: boolean;
	private readonly entries: Entries[];

	constructor(
		readonly data: TimeData,
		private readonly nodeCount: number,
	) {
		const { intervals } = data;
		this.count = intervals.length;
		this.bounds = new Float64Array(this.count + 1);
		intervals.forEach((interval, i) => (this.bounds[i + 1] = this.bounds[i]! + interval[0]));
		this.peakTimes = Float64Array.from(intervals, (interval) => interval[1]);
		this.ends = Float64Array.from(intervals, (interval) => interval[3]);
		this.peaks = Float64Array.from(intervals, (interval) => interval[4]);
		this.duration = Math.max(data.duration_ns, this.bounds[this.count]!);
		this.entries = data.entries.map(([nodes, net, toPeak, allocations, allocated]) => ({
			nodes: undoDifferences(nodes),
			net,
			toPeak,
			allocations,
			allocated,
		}));
		this.hasAllocations = this.entries.some((entries) => entries.allocations !== null);
		this.hasAllocated = this.entries.some((entries) => entries.allocated !== null);
	}

	/* The interval of the greatest heap. */
	peakIn(range: Range): number {
		let greatest = range.first;
		for (let i = range.first; i <= range.last; i++)
			if (this.peaks[i]! > this.peaks[greatest]!)
				greatest = i;
		return greatest;
	}

	/* The range whose bounds are nearest to two moments; of a time in which nothing happened all. */
	rangeOf(from_ns: number, to_ns: number): Range {
		const [from, to] = [from_ns, to_ns].map((ns) => Math.min(Math.max(ns, 0), this.duration)).sort((a, b) => a - b) as [number, number];
		const first = this.idleAt(from) ?? Math.min(this.nearestBound(from), this.count - 1);
		const last = this.idleAt(to) ?? this.nearestBound(to) - 1;
		return { first, last: Math.max(first, last) };
	}

	/* The interval without events that a moment is within. */
	private idleAt(ns: number): number | undefined {
		const at = this.data.intervals.findIndex((interval, i) => interval[5] === 0 && this.bounds[i]! < ns && ns < this.bounds[i + 1]!);
		return at < 0 ? undefined : at;
	}

	private nearestBound(ns: number): number {
		let nearest = 0;
		for (let i = 0; i <= this.count; i++)
			if (Math.abs(this.bounds[i]! - ns) < Math.abs(this.bounds[nearest]! - ns))
				nearest = i;
		return nearest;
	}

	isWhole(range: Range): boolean {
		return range.first === 0 && range.last === this.count - 1;
	}

	/* Live bytes by node at the end of an interval; -1: at the start of the run. */
	liveAfter(interval: number): Float64Array {
		return this.sum(0, interval, "net");
	}

	peakWithin(range: Range): Float64Array {
		const at = this.peakIn(range);
		const live = this.liveAfter(at - 1);
		this.add(live, at, "toPeak");
		return live;
	}

	growth(range: Range): Float64Array {
		return this.sum(range.first, range.last, "net");
	}

	allocations(range: Range): Float64Array {
		return this.sum(range.first, range.last, "allocations");
	}

	allocated(range: Range): Float64Array {
		return this.sum(range.first, range.last, "allocated");
	}

	private add(into: Float64Array, interval: number, what: Exclude<keyof Entries, "nodes">): void {
		const entries = this.entries[interval];
		const values = entries?.[what];
		if (!entries || !values)
			return;
		for (let j = 0; j < entries.nodes.length; j++)
			into[entries.nodes[j]!]! += values[j]!;
	}

	private sum(first: number, last: number, what: Exclude<keyof Entries, "nodes">): Float64Array {
		const sum = new Float64Array(this.nodeCount);
		for (let i = first; i <= last; i++)
			this.add(sum, i, what);
		return sum;
	}

	/* Live bytes by node, on average over the run. */
	average(): Float64Array {
		const average = new Float64Array(this.nodeCount);
		const whole = this.bounds[this.count]! || 1;
		this.entries.forEach((entries, i) => {
			const rest = (whole - this.bounds[i + 1]!) / whole;
			for (let j = 0; j < entries.nodes.length; j++)
				average[entries.nodes[j]!]! += entries.net[j]! * rest;
		});
		return average;
	}

	curve(): Curve {
		const ns = [0];
		const heap = [0];
		for (let i = 0; i < this.count; i++) {
			ns.push(this.peakTimes[i]!, this.bounds[i + 1]!);
			heap.push(this.peaks[i]!, this.ends[i]!);
		}
		return { ns, heap };
	}

	/* The curve by parts: of each node its part, of `parts` in all; points as the curve's. */
	curveByPart(partOf: Int32Array, parts: number): Float64Array[] {
		const points = 1 + 2 * this.count;
		const series = Array.from({ length: parts }, () => new Float64Array(points));
		const now = new Float64Array(parts);
		const peak = new Float64Array(parts);
		this.entries.forEach((entries, i) => {
			peak.set(now);
			for (let j = 0; j < entries.nodes.length; j++) {
				const part = partOf[entries.nodes[j]!]!;
				now[part]! += entries.net[j]!;
				peak[part]! += entries.toPeak[j]!;
			}
			for (let part = 0; part < parts; part++) {
				series[part]![1 + 2 * i] = peak[part]!;
				series[part]![2 + 2 * i] = now[part]!;
			}
		});
		return series;
	}
}

export function timelineOf(data: RecordingData): Timeline | null {
	return data.time && data.time.intervals.length > 0 ? new Timeline(data.time, data.nodes.parent.length) : null;
}
