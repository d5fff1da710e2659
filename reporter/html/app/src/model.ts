/*
 * model.ts - one recording: which figures there are, of the whole run or of a range, by node and by group.
 *
 * All that is costly is made when asked for, and the last few are kept.
 */
import { Group, Keys, Names } from "./names";
import type { RecordingData, SectionData } from "./schema";
import { Range, Timeline, timelineOf } from "./timeline";
import { sumByKey, Tree, undoDifferences } from "./tree";

export interface Figure {
	name: string;
	title: string;
	bytes: boolean;
	signed?: boolean; /* may be less than 0 */
}

export interface GroupSums {
	self: Float64Array;
	total: Float64Array;
}

/* Where many stand side by side. */
const SHORT_TITLES: Record<string, string> = { allocated: "Allocated", temporary: "Temporary", peak: "Peak" };

const KEPT = 48;

/* The last results, by name. */
class Kept<Value> {
	private values = new Map<string, Value>();

	get(name: string, make: () => Value): Value {
		let value = this.values.get(name);
		if (value === undefined) {
			value = make();
			if (this.values.size >= KEPT)
				this.values.delete(this.values.keys().next().value!);
		} else {
			this.values.delete(name);
		}
		this.values.set(name, value);
		return value;
	}
}

export class Recording {
	readonly names: Names;
	readonly tree: Tree;
	readonly timeline: Timeline | null;
	readonly wholeFigures: Figure[];
	private readonly selves = new Kept<Float64Array>();
	private readonly sums = new Kept<GroupSums>();
	private siteKeys: Keys | null = null;

	constructor(
		readonly data: RecordingData,
		strings: string[],
	) {
		this.names = new Names(strings, data.frames);
		this.tree = new Tree(data.nodes);
		this.timeline = timelineOf(data);
		this.wholeFigures = data.figures.map((figure) => ({ ...figure, title: SHORT_TITLES[figure.name] ?? figure.title }));
	}

	/* What can be told of the range; null: the whole run. */
	figures(range: Range | null): Figure[] {
		if (!range || !this.timeline)
			return this.wholeFigures;
		const figures: Figure[] = [
			{ name: "peak", title: "Peak within", bytes: true },
			{ name: "live", title: "Live at its end", bytes: true },
			{ name: "growth", title: "Growth", bytes: true, signed: true },
		];
		if (this.timeline.hasAllocated)
			figures.push({ name: "allocated", title: "Allocated", bytes: true });
		if (this.timeline.hasAllocations)
			figures.push({ name: "allocations", title: "Allocations", bytes: false });
		return figures;
	}

	/* The figure of that name, or the first there is. */
	figure(name: string, range: Range | null): Figure {
		const figures = this.figures(range);
		return figures.find((figure) => figure.name === name) ?? figures[0] ?? { name: "peak", title: "Peak", bytes: true };
	}

	/* By node. */
	self(figure: Figure, range: Range | null): Float64Array {
		return this.selves.get(`self ${figure.name} ${nameOf(range)}`, () => this.makeSelf(figure, range));
	}

	/* By node, callees included. */
	totals(figure: Figure, range: Range | null): Float64Array {
		return this.selves.get(`total ${figure.name} ${nameOf(range)}`, () => this.tree.totals(this.self(figure, range)));
	}

	whole(figure: Figure, range: Range | null): number {
		return this.totals(figure, range)[0] ?? 0;
	}

	private makeSelf(figure: Figure, range: Range | null): Float64Array {
		const { timeline } = this;
		if (range && timeline)
			switch (figure.name) {
				case "live":
					return timeline.liveAfter(range.last);
				case "growth":
					return timeline.growth(range);
				case "allocated":
					return timeline.allocated(range);
				case "allocations":
					return timeline.allocations(range);
				default:
					return timeline.peakWithin(range);
			}
		return this.wholeSelf(figure);
	}

	private wholeSelf(figure: Figure): Float64Array {
		const self = new Float64Array(this.tree.count);
		const column = this.data.nodes.self[this.wholeFigures.findIndex((one) => one.name === figure.name)];
		if (!column)
			return self;
		const nodes = undoDifferences(column[0]);
		for (let j = 0; j < nodes.length; j++)
			self[nodes[j]!] = column[1][j]!;
		return self;
	}

	keysBy(group: Group): Keys {
		return group === "site" ? this.sites() : this.names.keysBy(group);
	}

	/* Of each node its key; of call sites it is that of the nearest caller that is one. */
	keyOfNode(group: Group): Int32Array {
		const keys = this.keysBy(group);
		return group === "site" ? keys.of : Int32Array.from(this.tree.frame, (frame) => keys.of[frame]!);
	}

	sumsBy(group: Group, figure: Figure, range: Range | null): GroupSums {
		return this.sums.get(`${group} ${figure.name} ${nameOf(range)}`, () => {
			const self = this.self(figure, range);
			if (group === "site")
				return this.sumSites(self);
			const keys = this.names.keysBy(group);
			return sumByKey(this.tree, keys.of, keys.frames.length, self, this.totals(figure, range));
		});
	}

	private sumSites(self: Float64Array): GroupSums {
		const keys = this.sites();
		const sums = new Float64Array(keys.frames.length);
		for (let i = 0; i < self.length; i++)
			sums[keys.of[i]!]! += self[i]!;
		return { self: sums, total: sums };
	}

	/* Call sites by node: what asked for memory, past wrappers of the allocator, as the report has them. */
	private sites(): Keys {
		if (!this.siteKeys)
			this.siteKeys = sitesOf(this.tree, this.names, sitePlaces(this.data));
		return this.siteKeys;
	}
}

function nameOf(range: Range | null): string {
	return range ? `${range.first}-${range.last}` : "";
}

/* A section of a document by name, if it is there. */
export function sectionOf(data: RecordingData, document: string, name: string): SectionData | null {
	return data.documents[document]?.sections.find((section) => section.name === name) ?? null;
}

function placeName(...parts: unknown[]): string {
	return parts.join("\n");
}

/* What the report calls each, where it has no name. */
function sitePlaces(data: RecordingData): Map<string, string> {
	const places = new Map<string, string>();
	const section = sectionOf(data, "report", "sites");
	if (!section)
		return places;
	const column = (key: string) => section.columns.findIndex((one) => one.key === key);
	const [name, file, line, place, entry] = [column("function"), column("file"), column("line"), column("place"), column("entry")];
	for (const row of section.rows)
		places.set(placeName(row[name], row[file] ?? "", row[line] ?? 0, row[line] ? "" : row[place]), String(row[entry] ?? ""));
	return places;
}

/* Sites are frames that the report names; where none of a path is, its innermost frame outside of the system's. */
function sitesOf(tree: Tree, names: Names, places: Map<string, string>): Keys {
	const { frames, strings } = names;
	const isSite = new Uint8Array(names.count);
	for (let i = 1; i < names.count; i++) {
		const entry = places.get(placeName(strings[frames.function[i]!], strings[frames.file[i]!], frames.line[i], frames.line[i] ? "" : strings[frames.place?.[i] || frames.function[i]!]));
		isSite[i] = entry === undefined ? 0 : 1;
		if (entry)
			names.entries.set(i, entry);
	}
	const lines = names.keysBy("line");
	const nearest = new Int32Array(tree.count);
	const own = new Int32Array(tree.count);
	const of = new Int32Array(tree.count);
	for (let i = 1; i < tree.count; i++) {
		const frame = tree.frame[i]!;
		nearest[i] = isSite[frame] ? i : nearest[tree.parent[i]!]!;
		own[i] = names.isSystem(frame) ? own[tree.parent[i]!]! : i;
		of[i] = lines.of[tree.frame[nearest[i]! || own[i]! || i]!]!;
	}
	of[0] = lines.of[0]!;
	return { of, frames: lines.frames };
}
