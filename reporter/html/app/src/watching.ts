/* watching.ts - the width of an element, and whether the page is dark: both change while it is looked at. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { DARK } from "./colours";

export function useWidth(element: RefObject<HTMLElement | null>): number {
	const [width, setWidth] = useState(800);
	useLayoutEffect(() => {
		const measure = () => setWidth(Math.max(200, Math.floor(element.current!.clientWidth)));
		const observer = new ResizeObserver(measure);
		observer.observe(element.current!);
		measure();
		return () => observer.disconnect();
	}, []);
	return width;
}

export function useDark(): boolean {
	const media = matchMedia(DARK);
	const [dark, setDark] = useState(media.matches);
	useEffect(() => {
		const change = () => setDark(media.matches);
		media.addEventListener("change", change);
		return () => media.removeEventListener("change", change);
	}, []);
	return dark;
}
