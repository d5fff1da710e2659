/*
 * strip.tsx - the curve of the heap as a thin strip above every tab: shows the range, and is dragged across to set it.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { palette } from "./colours";
import { useView } from "./context";
import { go } from "./state";
import type { Timeline } from "./timeline";
import { useDark, useWidth } from "./watching";

const HEIGHT = 34;

export function Strip() {
	const { recording } = useView();
	return recording.timeline ? <Drawn timeline={recording.timeline} /> : null;
}

function Drawn({ timeline }: { timeline: Timeline }) {
	const { range } = useView();
	const box = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const width = useWidth(box);
	const dark = useDark();
	const curve = useMemo(() => timeline.curve(), [timeline]);
	const [drag, setDrag] = useState<[number, number] | null>(null);
	const timeAt = (x: number) => (Math.max(0, Math.min(width, x)) / width) * timeline.duration;
	useLayoutEffect(() => {
		const context = canvas.current!.getContext("2d")!;
		const ratio = devicePixelRatio || 1;
		canvas.current!.width = width * ratio;
		canvas.current!.height = HEIGHT * ratio;
		context.scale(ratio, ratio);
		const colours = palette();
		const x = (ns: number) => (ns / timeline.duration) * width;
		const highest = Math.max(1, ...timeline.peaks);
		context.fillStyle = colours.muted;
		context.globalAlpha = 0.45;
		context.beginPath();
		context.moveTo(0, HEIGHT);
		curve.ns.forEach((ns, i) => context.lineTo(x(ns), HEIGHT - (curve.heap[i]! / highest) * (HEIGHT - 4)));
		context.lineTo(x(curve.ns.at(-1)!), HEIGHT);
		context.fill();
		context.globalAlpha = 1;
		const shown = drag ?? (range ? [timeline.bounds[range.first]!, timeline.bounds[range.last + 1]!] : null);
		if (shown) {
			const [from, to] = [x(Math.min(...shown)), x(Math.max(...shown))];
			context.fillStyle = colours.ground;
			context.globalAlpha = 0.7;
			context.fillRect(0, 0, from, HEIGHT);
			context.fillRect(to, 0, width - to, HEIGHT);
			context.globalAlpha = 1;
			context.strokeStyle = colours.accent;
			context.lineWidth = 1.5;
			context.strokeRect(from + 0.5, 1, Math.max(1, to - from - 1), HEIGHT - 2);
		}
	}, [timeline, width, dark, range, drag]);
	useEffect(() => {
		if (!drag)
			return undefined;
		const move = (event: PointerEvent) => setDrag([drag[0], timeAt(event.clientX - box.current!.getBoundingClientRect().left)]);
		const up = (event: PointerEvent) => {
			const to = timeAt(event.clientX - box.current!.getBoundingClientRect().left);
			setDrag(null);
			if (Math.abs(to - drag[0]) < (timeline.duration * 3) / width)
				return;
			const chosen = timeline.rangeOf(drag[0], to);
			go({ from: timeline.bounds[chosen.first]!, to: timeline.bounds[chosen.last + 1]!, zoom: "" });
		};
		addEventListener("pointermove", move);
		addEventListener("pointerup", up);
		return () => {
			removeEventListener("pointermove", move);
			removeEventListener("pointerup", up);
		};
	}, [drag]);
	return (
		<div class="strip" ref={box} title="Drag across to look at a part of the run; double click: the whole run" onDblClick={() => go({ from: null, to: null, zoom: "" })}>
			<canvas
				ref={canvas}
				aria-hidden="true"
				style={{ height: `${HEIGHT}px` }}
				onPointerDown={(event) => {
					const from = timeAt(event.clientX - box.current!.getBoundingClientRect().left);
					setDrag([from, from]);
				}}
			/>
		</div>
	);
}
