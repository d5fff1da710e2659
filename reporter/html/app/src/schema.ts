/*
 * schema.ts - the data in the page as `mprof html` writes it, schema 1.  Names are indices into `strings`.
 */

export const SCHEMA = 1;

export type Columns = number[][];

export interface ColumnData {
	key: string | null;
	title?: string | null;
	kind?: string;
}

export interface TableData {
	columns: ColumnData[];
	rows: unknown[][];
}

export interface SectionData extends TableData {
	name: string | null;
	title?: string | null;
	note?: string | null;
	layout?: string;
	depth?: number[];
	inner?: TableData[];
}

export interface DocumentData {
	sections: SectionData[];
}

export interface FigureData {
	name: string;
	title: string;
	bytes: boolean;
}

export interface FramesData {
	function: number[];
	file: number[];
	line: number[];
	module: number[];
	place?: number[]; /* of code without lines, where it differs from its function's name */
	flags: number[];
	path?: number[]; /* of source files as the editor finds them, where they differ */
}

export interface PhaseData {
	name: number | string;
	begin_ns: number;
	end_ns: number;
	peak_bytes: number;
	depth: number;
}

export interface MarkData {
	name: number | string;
	ns: number;
}

export interface CollectionData {
	ns: number;
	pause_ns: number;
	generation: number;
	collected: number;
	uncollectable: number;
}

/* Node differences, net bytes, change to the interval's own peak; allocations and their bytes where known. */
export type EntryData = [number[], number[], number[], number[] | null, number[] | null];

export interface TimeData {
	duration_ns: number;
	/* length, when its peak was, greatest RSS, live bytes at its end, peak, events */
	intervals: [number, number, number, number, number, number][];
	entries: EntryData[];
	rss?: [number, number][];
	phases?: PhaseData[];
	marks?: MarkData[];
	collections?: CollectionData[];
}

export interface SourceLines {
	from: number;
	text: (number | string)[];
}

export interface SourceFile {
	file: number | string;
	lines: SourceLines | SourceLines[];
}

export interface RecordingData {
	name: string;
	head: Record<string, unknown>;
	warnings?: string[];
	totals: Record<string, number>;
	documents: Record<string, DocumentData | null>;
	figures: FigureData[];
	frames: FramesData;
	nodes: { parent: number[]; frame: number[]; self: [number[], number[]][] };
	cut?: { nodes: number; share: number } | null;
	time: TimeData | null;
	sources?: { files: SourceFile[] } | null;
}

export interface PageData {
	schema: number;
	mprof: string;
	editor?: string | null;
	narrowed?: string; /* options by which it is of a part only */
	strings: string[];
	recordings: RecordingData[];
	verdict?: DocumentData | null; /* of a gate */
	diff: DocumentData | null;
	[diffByFigure: `diff_${string}`]: DocumentData | null | undefined;
	processes: DocumentData | null;
}
