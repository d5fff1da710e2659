/* tooltip.tsx - a few words beside the pointer, kept inside the window. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface Hover<Thing> {
	of: Thing;
	x: number;
	y: number;
}

const AWAY = 14;

export function Tooltip({ at, children }: { at: Hover<unknown> | null; children: ComponentChildren }) {
	const box = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		const element = box.current;
		if (!element || !at)
			return;
		const { width, height } = element.getBoundingClientRect();
		const x = at.x + AWAY + width > innerWidth ? Math.max(4, at.x - AWAY - width) : at.x + AWAY;
		const y = at.y + AWAY + height > innerHeight ? Math.max(4, at.y - AWAY - height) : at.y + AWAY;
		element.style.transform = `translate(${x}px, ${y}px)`;
	});
	return at ? (
		<div class="tooltip" ref={box} aria-hidden="true">
			{children}
		</div>
	) : null;
}
