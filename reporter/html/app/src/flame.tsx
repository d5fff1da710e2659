/*
 * flame.tsx - the flame graph: where the figure comes from, by call path; zoom, search, colours, keyboard.
 *
 * It is drawn on a canvas; a line of text says what the pointer or the keyboard is at, and a table is the same in words.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Branches } from "./branches";
import { letterOf, palette } from "./colours";
import { useView, View } from "./context";
import { amount, count, lastPart, ratio, share } from "./format";
import { Hover, Tooltip } from "./tooltip";
import { BOX_HEIGHT, draw, Looks } from "./flame_draw";
import { boxAt, layOut } from "./flame_layout";
import { Legend, legendOf } from "./flame_legend";
import { Search, matchesOf } from "./flame_search";
import { FigureSwitch, Switch } from "./switches";
import { go } from "./state";
import { TreeTable } from "./treetable";
import { useDark, useWidth } from "./watching";

function useBranches(view: View): Branches {
	const { recording, range, figure, place } = view;
	return useMemo(() => {
		const keys = recording.names.keysBy(place.lines ? "line" : "function");
		const direction = place.callers ? "callers" : "callees";
		const self = recording.self(figure, range);
		const values = direction === "callers" ? self : recording.tree.totals(figure.signed ? self.map((value) => Math.max(0, value)) : self);
		return new Branches(recording.tree, keys.of, keys.frames.length, values, direction);
	}, [recording, range, figure.name, place.callers, place.lines]);
}

function pathOf(zoom: string): number[] {
	return zoom === "" ? [] : zoom.split(".").map(Number);
}

/* What a box is, in words. */
function describe(view: View, branches: Branches, branch: number): { name: string; facts: string[] } {
	const { recording, figure } = view;
	const { names, tree } = recording;
	const value = branches.value[branch]!;
	const own = branches.own(branch);
	const facts = [`${amount(value, figure.bytes)}, ${share(ratio(value, branches.value[0]!))} of all`];
	if (branch === 0)
		return { name: "All", facts };
	const frame = tree.frame[branches.nodeOf(branch)]!;
	if (branches.direction === "callees" && own > 0)
		facts.push(own === value ? "all of it asked for here" : `${amount(own, figure.bytes)} asked for here itself`);
	const place = names.fileOf(frame);
	if (place !== "")
		facts.push(`${place}${names.lineOf(frame) > 0 ? `:${names.lineOf(frame)}` : ""}`);
	facts.push([names.moduleOf(frame), names.isInlined(frame) ? "inlined" : "", names.isSystem(frame) ? "of the system" : ""].filter(Boolean).join(" · "));
	return { name: names.functionOf(frame), facts: facts.filter(Boolean) };
}

export function Flame() {
	const view = useView();
	const { recording, figure, place } = view;
	const branches = useBranches(view);
	return (
		<div class="flame">
			<div class="tools">
				<FigureSwitch />
				<Switch
					label="Direction"
					options={[
						["", "Callees", "From the roots to what asked for memory"],
						["1", "Callers", "From what asked for memory to its callers"],
					]}
					value={place.callers ? "1" : ""}
					choose={(value) => go({ callers: value === "1", zoom: "" })}
				/>
				<Switch
					label="Show as"
					options={[
						["", "Graph", "As a flame graph"],
						["table", "Table", "The same as a table that opens and closes"],
					]}
					value={place.view}
					choose={(value) => go({ view: value })}
				/>
				<label class="check" title="Calls from different lines of a function stay apart">
					<input type="checkbox" checked={place.lines} onChange={(event) => go({ lines: event.currentTarget.checked, zoom: "" })} />
					Lines
				</label>
				<Search branches={branches} />
			</div>
			{figure.signed && <p class="note">What grew; call paths that shrank are left out here, and stand in the tables.</p>}
			{branches.value[0]! <= 0 ? (
				<p class="empty">{`No memory at all of this figure: ${figure.title}.`}</p>
			) : place.view === "table" ? (
				<TreeTable branches={branches} name="Call tree" lines={place.lines} />
			) : (
				<Graph key={recording.data.name} view={view} branches={branches} />
			)}
		</div>
	);
}

/* A state that is of some branches only: with others it is as at first. */
function useOf<Value>(branches: Branches, first: Value): [Value, (value: Value) => void] {
	const [state, setState] = useState({ branches, value: first });
	return [state.branches === branches ? state.value : first, (value) => setState({ branches, value })];
}

function Graph({ view, branches }: { view: View; branches: Branches }) {
	const { recording, figure, place } = view;
	const { names, tree } = recording;
	const box = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const width = useWidth(box);
	const dark = useDark();
	const [hover, setHover] = useOf<Hover<number> | null>(branches, null);
	const [lit, setLit] = useState(-1);
	const [cursor, setCursor] = useOf(branches, -1);
	const top = useMemo(() => branches.find(pathOf(place.zoom)), [branches, place.zoom]);
	const layout = useMemo(() => layOut(branches, top, width), [branches, top, width]);
	const legend = useMemo(() => legendOf(recording, view.figure, view.range, place.colour), [recording, figure.name, view.range, place.colour]);
	const matches = useMemo(() => matchesOf(names, place.lines ? "line" : "function", place.search), [names, place.lines, place.search]);
	const frameOf = (branch: number) => tree.frame[branches.nodeOf(branch)]!;
	const looks: Looks = {
		name: (branch) => (branch === 0 ? `All: ${amount(branches.value[0]!, figure.bytes)}` : names.functionOf(frameOf(branch))),
		group: (branch) => (branch > 0 ? legend.groupOf(frameOf(branch)) : -1),
		pale: (branch) => names.isSystem(frameOf(branch)),
		matches: matches && ((branch) => branch > 0 && matches[branches.key[branch]!] === 1),
		lit,
		cursor,
		palette: palette(),
	};
	useLayoutEffect(() => draw(canvas.current!, width, layout, branches, looks), [layout, legend, matches, lit, cursor, dark, width]);
	const zoomTo = (branch: number) => {
		setHover(null);
		go({ zoom: branches.path(branch).join(".") });
	};
	const at = (event: PointerEvent | MouseEvent): number => {
		const bounds = canvas.current!.getBoundingClientRect();
		const found = boxAt(layout, event.clientX - bounds.left, Math.floor((event.clientY - bounds.top) / BOX_HEIGHT));
		return found < 0 ? -1 : layout.branches[found]!;
	};
	const sibling = (branch: number, step: number) => {
		const parent = branches.parent[branch]!;
		if (parent < 0)
			return branch;
		const [from, to] = branches.children(parent);
		return Math.max(from, Math.min(to - 1, branch + step));
	};
	const keys = (event: KeyboardEvent) => {
		const from = cursor < 0 ? top : cursor;
		const child = () => {
			const [first, end] = branches.children(from);
			return first < end ? first : from;
		};
		const steps: Record<string, () => void> = {
			ArrowDown: () => setCursor(cursor < 0 ? top : child()),
			ArrowUp: () => setCursor(Math.max(0, branches.parent[from]!)),
			ArrowLeft: () => setCursor(sibling(from, -1)),
			ArrowRight: () => setCursor(sibling(from, 1)),
			Home: () => setCursor(0),
			Enter: () => zoomTo(from),
			Escape: () => (place.zoom !== "" ? zoomTo(Math.max(0, branches.parent[top]!)) : go({ search: "" })),
		};
		const step = steps[event.key];
		if (step) {
			step();
			event.preventDefault();
		}
	};
	useEffect(() => {
		if (cursor >= 0 && box.current)
			box.current.scrollTop = Math.max(0, Math.min(box.current.scrollTop, branches.depth[cursor]! * BOX_HEIGHT), (branches.depth[cursor]! + 2) * BOX_HEIGHT - box.current.clientHeight);
	}, [cursor]);
	const said = cursor >= 0 ? describe(view, branches, cursor) : null;
	return (
		<>
			<Trail branches={branches} top={top} nameOf={(branch) => names.functionOf(frameOf(branch))} zoomTo={zoomTo} />
			<div class="canvas-box" ref={box}>
				<canvas
					ref={canvas}
					class="flame-canvas"
					tabIndex={0}
					role="application"
					aria-label={`Flame graph of ${figure.title}: arrow keys move between frames, Enter zooms in, Escape zooms out. "Table" shows the same as a table.`}
					aria-describedby="flame-said"
					onKeyDown={keys}
					onFocus={() => cursor < 0 && canvas.current!.matches(":focus-visible") && setCursor(top)}
					onPointerMove={(event) => {
						const branch = at(event);
						setHover(branch < 0 ? null : { of: branch, x: event.clientX, y: event.clientY });
					}}
					onPointerLeave={() => setHover(null)}
					onClick={(event) => {
						const branch = at(event);
						if (branch >= 0) {
							setCursor(branch);
							zoomTo(branch);
						}
					}}
				/>
			</div>
			<p id="flame-said" class="said" aria-live="polite">
				{said ? (
					<>
						<code>{said.name}</code> {said.facts.join(" · ")}
					</>
				) : (
					<span class="muted">Click or Enter zooms in, Escape zooms out. Frames narrower than a pixel are not drawn{layout.hidden > 0 ? `: ${count(layout.hidden)} here` : ""}.{layout.deep && " Zoom in for what is deeper."}</span>
				)}
			</p>
			<Legend legend={legend} lit={lit} light={setLit} figure={figure} />
			<Tooltip at={hover}>
				{hover && <Told {...describe(view, branches, hover.of)} letter={letterOf(legend.groupOf(frameOf(hover.of)))} />}
			</Tooltip>
		</>
	);
}

function Told({ name, facts, letter }: { name: string; facts: string[]; letter: string }) {
	return (
		<>
			<strong>{name}</strong>
			{facts.map((fact, i) => (
				<span>{i === facts.length - 1 && letter ? `${letter} · ${fact}` : fact}</span>
			))}
		</>
	);
}

/* From all to what is zoomed to; each step is a way back. */
function Trail({ branches, top, nameOf, zoomTo }: { branches: Branches; top: number; nameOf: (branch: number) => string; zoomTo: (branch: number) => void }) {
	if (top === 0)
		return null;
	const steps: number[] = [];
	for (let at = top; at > 0; at = branches.parent[at]!)
		steps.unshift(at);
	const shown = steps.length > 6 ? steps.slice(-5) : steps;
	return (
		<nav class="trail" aria-label="Zoomed to">
			<button class="quiet" onClick={() => zoomTo(0)}>
				All
			</button>
			{shown.length < steps.length && <span class="muted">› …</span>}
			{shown.map((branch) => (
				<>
					<span class="muted" aria-hidden="true">
						›
					</span>
					<button class="quiet" aria-current={branch === top ? "true" : undefined} onClick={() => zoomTo(branch)}>
						<code>{lastPart(nameOf(branch))}</code>
					</button>
				</>
			))}
		</nav>
	);
}
