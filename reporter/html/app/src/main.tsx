/*
 * main.tsx - reads the data in the page and shows it, or says why it cannot.
 */
import { render } from "preact";
import { App } from "./app";
import { decode } from "./decode";
import { startWith } from "./state";

async function start(): Promise<void> {
	const root = document.getElementById("page")!;
	const data = document.getElementById("data")!;
	try {
		const page = await decode(data.textContent ?? "");
		data.remove();
		root.replaceChildren();
		/* Of a run the one that most is known of: its first is often a shell. */
		const peaks = page.recordings.map((one) => Number(one.totals.peak_bytes ?? 0));
		if (page.processes)
			startWith(peaks.reduce((most, peak, i) => (peak > peaks[most]! ? i : most), 0));
		render(<App page={page} />, root);
		root.dataset.ready = "yes";
	} catch (error) {
		const text = document.createElement("p");
		text.className = "failure";
		text.setAttribute("role", "alert");
		text.textContent = error instanceof Error ? error.message : String(error);
		root.replaceChildren(text);
	}
}

void start();
