/*
 * virtual.ts - which rows of a long list are near the window it is looked at through: only these are made.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

export const ROW_HEIGHT = 25;
const MARGIN = 12;

export interface Visible {
	box: RefObject<HTMLDivElement | null>;
	from: number;
	to: number;
	reveal: (row: number) => void;
}

/* Of `count` rows of one height in a box that scrolls, below a head that sticks. */
export function useVisibleRows(count: number, rowHeight = ROW_HEIGHT): Visible {
	const box = useRef<HTMLDivElement>(null);
	const [top, setTop] = useState(0);
	const [height, setHeight] = useState(700);
	useLayoutEffect(() => {
		const element = box.current!;
		const measure = () => setHeight(element.clientHeight || 700);
		const scroll = () => setTop(Math.floor(element.scrollTop / rowHeight));
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		element.addEventListener("scroll", scroll, { passive: true });
		measure();
		return () => {
			observer.disconnect();
			element.removeEventListener("scroll", scroll);
		};
	}, []);
	const printing = usePrinting();
	const from = printing ? 0 : Math.max(0, Math.min(top, count - 1) - MARGIN);
	const to = printing ? Math.min(count, 200) : Math.min(count, top + Math.ceil(height / rowHeight) + MARGIN);
	const reveal = (row: number) => {
		const element = box.current;
		if (!element)
			return;
		const head = element.querySelector("thead")?.clientHeight ?? 0;
		const y = row * rowHeight;
		if (y < element.scrollTop)
			element.scrollTop = y;
		else if (y + rowHeight + head > element.scrollTop + element.clientHeight)
			element.scrollTop = y + rowHeight + head - element.clientHeight;
	};
	return { box, from, to, reveal };
}

function usePrinting(): boolean {
	const [printing, setPrinting] = useState(false);
	useEffect(() => {
		const media = matchMedia("print");
		const change = () => setPrinting(media.matches);
		media.addEventListener("change", change);
		return () => media.removeEventListener("change", change);
	}, []);
	return printing;
}
