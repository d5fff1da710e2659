/*
 * state.ts - where the reader is: tab, recording, figure, range, zoom, search, order.  It stands in the location's hash,
 * so each view has a link, and going back works.
 */
import { useEffect, useState } from "preact/hooks";

export interface State {
	tab: string; /* "": the first that the page is about */
	recording: number;
	figure: string;
	from: number | null; /* of the range, nanoseconds; null: the whole run */
	to: number | null;
	zoom: string; /* keys of the path to the branch that is zoomed to, with dots between */
	search: string; /* names to highlight in the flame graph */
	callers: boolean;
	lines: boolean; /* frames of one function at different lines stay apart */
	colour: string;
	by: string; /* what the timeline stacks; "": whatever tells most */
	filter: string; /* of the table in view */
	sort: string; /* "column" or "-column" */
	row: string; /* the row that is open */
	file: string; /* of the source in view */
	view: string; /* "table": the flame graph as one */
}

export const START: State = {
	tab: "",
	recording: 0,
	figure: "peak",
	from: null,
	to: null,
	zoom: "",
	search: "",
	callers: false,
	lines: false,
	colour: "module",
	by: "",
	filter: "",
	sort: "",
	row: "",
	file: "",
	view: "",
};

let state: State = read();
const watchers = new Set<() => void>();

function read(): State {
	const result: Record<string, unknown> = { ...START };
	for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
		const start = (START as unknown as Record<string, unknown>)[name];
		if (start === undefined)
			continue;
		if (typeof start === "boolean")
			result[name] = text === "1";
		else if (typeof start === "string")
			result[name] = text;
		else if (Number.isFinite(Number(text)))
			result[name] = Number(text);
	}
	return result as unknown as State;
}

/* The recording that a page opens with, before anything is shown. */
export function startWith(recording: number): void {
	START.recording = recording;
	state = read();
}

/* The hash of a state, with what is as usual left out. */
export function hashOf(of: State): string {
	const parts = new URLSearchParams();
	for (const [name, value] of Object.entries(of)) {
		if (value === (START as unknown as Record<string, unknown>)[name] || value === null)
			continue;
		parts.set(name, typeof value === "boolean" ? (value ? "1" : "0") : String(value));
	}
	return `#${parts.toString()}`;
}

export function linkTo(change: Partial<State>): string {
	return hashOf({ ...state, ...change });
}

export function currentState(): State {
	return state;
}

const STEPS = ["tab", "recording", "from", "to", "zoom", "file"] as const;

/* Changes where the reader is; another tab, part of the run or branch is a step that going back undoes. */
export function go(change: Partial<State>): void {
	const before = state;
	state = { ...state, ...change };
	const hash = hashOf(state);
	if (hash !== location.hash) {
		if (STEPS.some((name) => before[name] !== state[name]))
			history.pushState(null, "", hash);
		else
			history.replaceState(null, "", hash);
	}
	for (const watcher of watchers)
		watcher();
}

/* Another tab begins without what belongs to one table. */
export function openTab(tab: string, change: Partial<State> = {}): void {
	go({ filter: "", sort: "", row: "", ...change, tab });
}

export function usePlace(): State {
	const [, again] = useState(0);
	useEffect(() => {
		const watcher = () => again((count) => count + 1);
		const fromHash = () => {
			state = read();
			watcher();
		};
		watchers.add(watcher);
		addEventListener("popstate", fromHash);
		addEventListener("hashchange", fromHash);
		return () => {
			watchers.delete(watcher);
			removeEventListener("popstate", fromHash);
			removeEventListener("hashchange", fromHash);
		};
	}, []);
	return state;
}
