/*
 * names.ts - frames of a recording: what function, file, module and line each is, as dense numbers.
 */
import { lastPart, shortPath, visible } from "./format";
import type { FramesData } from "./schema";

export const INLINED = 1;
export const SYSTEM = 2;

export type Group = "function" | "line" | "file" | "module" | "site";

/* What frames have in common: of each frame its key, and of each key a frame that stands for it. */
export interface Keys {
	of: Int32Array;
	frames: number[];
}

export class Names {
	readonly count: number;
	private keys = new Map<string, Keys>();
	readonly entries = new Map<number, string>(); /* by frame of a site without a name: what it called */

	constructor(
		readonly strings: string[],
		readonly frames: FramesData,
	) {
		this.count = frames.function.length;
	}

	text(index: number | string | undefined): string {
		return visible(typeof index === "string" ? index : (this.strings[index ?? 0] ?? ""));
	}

	functionOf(frame: number): string {
		return this.text(this.frames.function[frame]) || "(unknown)";
	}

	/* The function, or of code without lines its place. */
	lineNameOf(frame: number): string {
		return this.text(this.frames.place?.[frame] || this.frames.function[frame]) || "(unknown)";
	}

	fileOf(frame: number): string {
		return this.text(this.frames.file[frame]);
	}

	lineOf(frame: number): number {
		return this.frames.line[frame] ?? 0;
	}

	moduleOf(frame: number): string {
		return this.text(this.frames.module[frame]);
	}

	isSystem(frame: number): boolean {
		return ((this.frames.flags[frame] ?? 0) & SYSTEM) !== 0;
	}

	isInlined(frame: number): boolean {
		return ((this.frames.flags[frame] ?? 0) & INLINED) !== 0;
	}

	/* Where the editor finds the source; not for show. */
	pathOf(frame: number): string {
		return this.strings[this.frames.path?.[frame] ?? this.frames.file[frame] ?? 0] ?? "";
	}

	/* "file.c:12", or the module where no file is known. */
	placeOf(frame: number, withLine = true): string {
		const file = shortPath(this.fileOf(frame));
		const line = this.lineOf(frame);
		if (file !== "")
			return withLine && line > 0 ? `${file}:${line}` : file;
		return lastPart(this.moduleOf(frame));
	}

	/* A call site as the report has it: code without a name by the function of a library that it called. */
	siteOf(frame: number): [name: string, place: string] {
		const entry = this.entries.get(frame);
		const own = this.lineNameOf(frame);
		return entry ? [visible(entry), `at ${own} (${this.placeOf(frame)})`] : [own, this.placeOf(frame)];
	}

	keysBy(group: Exclude<Group, "site">): Keys {
		let keys = this.keys.get(group);
		if (!keys) {
			keys = this.makeKeys(group);
			this.keys.set(group, keys);
		}
		return keys;
	}

	nameBy(group: Group, frame: number): string {
		if (group === "file")
			return this.fileOf(frame) || `(no source file) ${lastPart(this.moduleOf(frame))}`;
		if (group === "module")
			return this.moduleOf(frame) || "(no module)";
		return group === "site" ? this.siteOf(frame)[0] : group === "line" ? this.lineNameOf(frame) : this.functionOf(frame);
	}

	private makeKeys(group: Exclude<Group, "site">): Keys {
		const { function: functions, file, line, module, place } = this.frames;
		const of = new Int32Array(this.count);
		const frames: number[] = [];
		const seen = new Map<string | number, number>();
		const keyOf = {
			function: (i: number) => `${functions[i]} ${file[i]} ${module[i]}`,
			line: (i: number) => `${functions[i]} ${file[i]} ${module[i]} ${line[i]} ${place?.[i]}`,
			file: (i: number) => (file[i] ? `${file[i]}` : `m${module[i]}`),
			module: (i: number) => module[i]!,
		}[group];
		for (let i = 0; i < this.count; i++) {
			const name = keyOf(i);
			let key = seen.get(name);
			if (key === undefined) {
				key = frames.length;
				seen.set(name, key);
				frames.push(i);
			}
			of[i] = key;
		}
		return { of, frames };
	}
}
