/*
 * main.tsx - reads the data in the page and shows it, or says why it cannot.
 */
import { render } from "preact";
import { App } from "./app";
import { decode } from "./decode";

async function start(): Promise<void> {
	const root = document.getElementById("page")!;
	const data = document.getElementById("data")!;
	try {
		const page = await decode(data.textContent ?? "");
		data.remove();
		root.replaceChildren();
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
