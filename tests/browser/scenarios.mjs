/*
 * scenarios.mjs - what tests do with a page: each returns what it saw.  Judging is the test's.
 */
import { readFileSync } from "node:fs";

const settle = (tab) => tab.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)))));
const hashOf = (tab) => tab.evaluate(() => Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
const textOf = (tab, selector) => tab.$eval(selector, (element) => element.textContent);
const tabsOf = (tab) => tab.$$eval('[role="tab"]', (tabs) => tabs.map((one) => one.id.replace("tab-", "")));

async function openTab(tab, id) {
	await tab.evaluate((name) => document.getElementById(`tab-${name}`).click(), id);
	await settle(tab);
}

/* Cards of the overview: what they show, and the exact number in their tooltip. */
const cardsOf = (tab) =>
	tab.$$eval(".card", (cards) =>
		Object.fromEntries(
			cards.map((card) => {
				const value = card.querySelector(".card-value");
				return [card.querySelector(".card-title").textContent, { text: value.textContent, exact: value.title }];
			}),
		),
	);

/* Rows of a table in view: amounts as exact as they are given. */
const rowsOf = (tab) =>
	tab.$$eval('[role="grid"] tbody [role="row"]', (rows) =>
		rows.map((row) => [...row.children].map((cell) => cell.querySelector("[title$=' B']")?.title ?? cell.querySelector("code")?.textContent ?? cell.textContent)),
	);

async function type(tab, selector, text) {
	await tab.click(selector, { count: 3 });
	await tab.type(selector, text);
	await tab.keyboard.press("Enter");
	await settle(tab);
}

async function drag(tab, selector, from, to) {
	const box = await (await tab.$(selector)).boundingBox();
	const y = box.y + box.height / 2;
	await tab.mouse.move(box.x + box.width * from, y);
	await tab.mouse.down();
	await tab.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 4 });
	await tab.mouse.move(box.x + box.width * to, y, { steps: 4 });
	await tab.mouse.up();
	await settle(tab);
}

async function sums({ open }) {
	const tab = await open();
	const cards = await cardsOf(tab);
	const functions = {};
	for (const figure of ["peak", "leaked", "allocated", "allocations", "temporary"]) {
		const other = await open(`#tab=functions&figure=${figure}`, { width: 1400, height: 3000 });
		functions[figure] = await rowsOf(other);
		await other.close();
	}
	return { cards, functions };
}

/* Ranges by typing, by dragging over the chart and the strip, and by a phase. */
async function ranges({ open, settings }) {
	const tab = await open();
	await type(tab, '[aria-label="From, seconds"]', settings.from);
	await type(tab, '[aria-label="to, seconds"]', settings.to);
	const typed = { hash: await hashOf(tab), cards: await cardsOf(tab) };
	await openTab(tab, "functions");
	typed.figures = await tab.$$eval('[aria-label="Figure"] button', (buttons) => buttons.map((button) => button.textContent));
	await openTab(tab, "leaks");
	typed.leaks = await textOf(tab, "#panel");
	await tab.evaluate(() => [...document.querySelectorAll(".range button")].at(-1).click());
	await settle(tab);
	const reset = await hashOf(tab);
	await openTab(tab, "overview");
	await drag(tab, ".u-over", 0.3, 0.7);
	const brushed = { hash: await hashOf(tab), cards: await cardsOf(tab) };
	await drag(tab, ".strip canvas", 0.1, 0.5);
	const strip = await hashOf(tab);
	const phase = (await tab.$('[aria-label="Range of a phase"]')) && (await tab.select('[aria-label="Range of a phase"]', "0"), await settle(tab), await hashOf(tab));
	return { typed, reset, brushed, strip, phase };
}

/* What a page opens with, and what its tables have at that width. */
async function openingAt(open, place, width) {
	const tab = await open(place, { width, height: 900 });
	const columns = await tab.$$eval('[role="grid"]', (grids) => grids.map((grid) => [...grid.querySelectorAll("th")].map((head) => head.textContent.replace(/[▲▼]/g, ""))));
	const wide = await tab.$$eval(".scroll", (boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).length);
	const selected = await tab.$eval('[role="tab"][aria-selected="true"]', (one) => one.id);
	const saw = { place, selected, columns, wide, panel: await textOf(tab, "#panel"), head: await textOf(tab, ".head") };
	await tab.close();
	return saw;
}

async function opening({ open, settings }) {
	const saw = [];
	for (const place of settings.places)
		saw.push(await openingAt(open, place, settings.width ?? 1400));
	return saw;
}

/* Columns of the source, and of its lines the fourth and the fifth. */
async function listing({ open, settings }) {
	const tab = await open(`#tab=source${settings.range ?? ""}`);
	return {
		heads: await tab.$$eval(".listing th", (heads) => heads.map((head) => head.textContent)),
		lines: await tab.$$eval(".listing tr[data-line]", (rows) => rows.map((row) => [row.children[3].textContent, row.querySelector(".line-number").textContent.trim()])),
	};
}

/* Zoom and search in the flame graph, by pointer and by keys. */
async function flame({ open, settings }) {
	const tab = await open("#tab=flame");
	const said = () => textOf(tab, "#flame-said");
	await tab.focus(".flame-canvas");
	const steps = [];
	for (const key of ["ArrowDown", "ArrowDown", "Enter", "ArrowDown", "Escape", "Escape", "Escape"]) {
		await tab.keyboard.press(key);
		await settle(tab);
		steps.push({ key, said: await said(), zoom: (await hashOf(tab)).zoom ?? "" });
	}
	const box = await (await tab.$(".flame-canvas")).boundingBox();
	await tab.mouse.move(box.x + 60, box.y + 28);
	await settle(tab);
	const tooltip = await textOf(tab, ".tooltip");
	await tab.mouse.click(box.x + 60, box.y + 28);
	await settle(tab);
	const clicked = (await hashOf(tab)).zoom ?? "";
	await tab.keyboard.press("/");
	await tab.keyboard.type(settings.search);
	await settle(tab);
	const found = await textOf(tab, ".search [role=status]");
	await openTab(tab, "overview");
	await openTab(tab, "flame");
	await tab.evaluate(() => [...document.querySelectorAll('[aria-label="Show as"] button')][1].click());
	await settle(tab);
	await tab.focus('[role="treegrid"]');
	for (const key of ["Home", "ArrowRight", "ArrowDown", "ArrowLeft", "End"])
		await tab.keyboard.press(key);
	const table = await tab.$$eval('[role="treegrid"] tbody code', (codes) => codes.map((code) => code.textContent));
	const marked = await tab.$$eval('[role="treegrid"] tr.match code', (codes) => codes.map((code) => code.textContent));
	await tab.evaluate(() => [...document.querySelectorAll('[aria-label="Direction"] button')][1].click());
	await settle(tab);
	const callers = await tab.$$eval('[role="treegrid"] tbody code', (codes) => codes.map((code) => code.textContent));
	return { steps, tooltip, clicked, found, table, marked, callers };
}

/* With keys alone: to the tabs, through all of them, into a table, and a row open and closed. */
async function keyboard({ open }) {
	const tab = await open();
	const focused = () => tab.evaluate(() => document.activeElement?.getAttribute("role") ?? document.activeElement?.tagName.toLowerCase());
	let presses = 0;
	while ((await focused()) !== "tab" && presses < 40) {
		await tab.keyboard.press("Tab");
		presses++;
	}
	const seen = {};
	const count = (await tabsOf(tab)).length;
	for (let i = 0; i < count; i++) {
		const id = await tab.evaluate(() => document.activeElement.id);
		seen[id] = (await textOf(tab, "#panel")).length;
		await tab.keyboard.press("ArrowDown");
		await settle(tab);
	}
	await openTab(tab, "functions");
	await tab.focus("#tab-functions");
	for (let i = 0; i < 40 && (await focused()) !== "grid"; i++)
		await tab.keyboard.press("Tab");
	const reached = await focused();
	await tab.keyboard.press("ArrowDown");
	await tab.keyboard.press("Enter");
	await settle(tab);
	const opened = { hash: await hashOf(tab), detail: await tab.$$eval(".detail", (details) => details.map((one) => one.textContent)) };
	await tab.keyboard.press("Escape");
	await settle(tab);
	return { tabs: await tabsOf(tab), presses, seen, reached, opened, closed: await tab.$$eval(".detail", (details) => details.length) };
}

/* A place is found again from its hash alone, and after going back. */
async function hash({ open, settings }) {
	const shown = [];
	for (const place of settings.places) {
		const tab = await open(place);
		await settle(tab);
		const before = await tab.evaluate(() => document.getElementById("page").innerText);
		const there = await tab.evaluate(() => location.hash);
		await tab.reload();
		await tab.waitForSelector("#page[data-ready]");
		await settle(tab);
		shown.push({ place, there, same: before === (await tab.evaluate(() => document.getElementById("page").innerText)), hash: await tab.evaluate(() => location.hash) });
		await tab.close();
	}
	const tab = await open();
	await openTab(tab, "flame");
	await openTab(tab, "functions");
	await tab.goBack();
	await settle(tab);
	return { shown, back: await tab.$eval('[role="tab"][aria-selected="true"]', (one) => one.id) };
}

async function sort({ open, settings }) {
	const tab = await open("#tab=functions");
	const names = async () => (await rowsOf(tab)).map((row) => row.at(-1));
	const usual = await names();
	await tab.evaluate(() => [...document.querySelectorAll("th button")].at(-1).click());
	await settle(tab);
	const byName = await names();
	await tab.evaluate(() => [...document.querySelectorAll("th button")].at(-1).click());
	await settle(tab);
	const backwards = await names();
	await tab.type('input[type="search"]', settings.filter);
	await settle(tab);
	return { usual, byName, backwards, filtered: await names(), status: await textOf(tab, ".table-box [role=status]"), hash: await hashOf(tab) };
}

/* All tabs, one after another: what they say, and whether anything came alive that should be text. */
async function everything({ open }) {
	const tab = await open();
	const texts = {};
	const links = new Set();
	for (const id of await tabsOf(tab)) {
		await openTab(tab, id);
		const row = await tab.$('[role="grid"] tbody [role="row"]:not(.gap)');
		await row?.click();
		await settle(tab);
		texts[id] = await tab.evaluate(() => document.getElementById("page").textContent);
		for (const link of await tab.$$eval("a[href]", (found) => found.map((one) => one.getAttribute("href"))))
			if (!link.startsWith("#"))
				links.add(link);
	}
	return {
		texts,
		ran: await tab.evaluate(() => window.ran ?? null),
		elements: await tab.$$eval("img, svg, iframe, object, embed, form, script", (found) => found.map((one) => one.tagName)),
		links: [...links],
		title: await tab.title(),
	};
}

async function accessible({ open, modules, settings }) {
	const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
	const found = [];
	/* Of a second scheme only the colours are new. */
	const what = settings.colours ? ["color-contrast"] : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
	const tab = await open(settings.place ?? "", { scheme: settings.scheme, width: settings.width ?? 1400 });
	const session = await tab.createCDPSession(); /* the page's own policy lets no other script in */
	const { frameTree } = await session.send("Page.getFrameTree");
	const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
	await session.send("Runtime.evaluate", { expression: axe, contextId: executionContextId });
	for (const id of await tabsOf(tab)) {
		await openTab(tab, id);
		const { result } = await session.send("Runtime.evaluate", {
			contextId: executionContextId,
			awaitPromise: true,
			returnByValue: true,
			expression: `axe.run(document, { runOnly: ${JSON.stringify(what)}, resultTypes: ["violations"] }).then((r) => r.violations.map((v) => ({ id: v.id, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")) })))`,
		});
		for (const violation of result.value ?? [{ id: "axe did not run", nodes: [] }])
			found.push({ tab: id, ...violation });
	}
	return found;
}

async function looks({ open, settings }) {
	const tab = await open("", settings);
	const wide = {};
	for (const id of await tabsOf(tab)) {
		await openTab(tab, id);
		wide[id] = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
	}
	return { wide, ground: await tab.evaluate(() => getComputedStyle(document.body).backgroundColor) };
}

/* Of a large page, milliseconds: until it can be used, to zoom, to switch the figure, to set a range. */
async function speed({ open }) {
	const tab = await open("#tab=flame");
	const ready = await tab.evaluate(() => performance.now());
	const took = (script) =>
		tab.evaluate(
			(text) =>
				new Promise((done) => {
					const from = performance.now();
					new Function(text)();
					requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
				}),
			script,
		);
	await tab.focus(".flame-canvas");
	await tab.keyboard.press("ArrowDown");
	await tab.keyboard.press("ArrowDown");
	await settle(tab);
	const key = (name) => `document.querySelector(".flame-canvas").dispatchEvent(new KeyboardEvent("keydown", { key: "${name}", bubbles: true }))`;
	return {
		ready,
		zoom: await took(key("Enter")),
		out: await took(key("Escape")),
		figure: await took(`document.querySelectorAll('[aria-label="Figure"] button')[2].click()`),
		functions: await took(`document.getElementById("tab-functions").click()`),
		range: await took(`location.hash = location.hash + "&from=200000000&to=600000000"`),
		heap: await tab.evaluate(() => performance.memory?.usedJSHeapSize ?? 0),
	};
}

async function failure({ open }) {
	const tab = await open();
	return textOf(tab, "#page");
}

export const scenarios = { sums, ranges, flame, keyboard, hash, sort, everything, accessible, looks, speed, failure, opening, listing };
