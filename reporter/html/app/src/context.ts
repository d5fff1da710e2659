/*
 * context.ts - what every part of the page needs: the data, the recording in view, its range and figure.
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Figure, Recording } from "./model";
import type { PageData } from "./schema";
import type { State } from "./state";
import type { Range } from "./timeline";

export interface View {
	page: PageData;
	recording: Recording;
	place: State;
	range: Range | null; /* null: the whole run */
	figure: Figure;
}

export const ViewContext = createContext<View | null>(null);

export function useView(): View {
	return useContext(ViewContext)!;
}
