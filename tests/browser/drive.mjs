/*
 * drive.mjs - does one thing with a page in a browser without a window, and prints what came of it as JSON.
 *
 *     MODULES=FOLDER BROWSER=ADDRESS node drive.mjs SCENARIO PAGE [JSON]
 *
 * FOLDER is where `npm ci` has put node_modules, ADDRESS (ws://) where a browser waits; nothing of it is shared with others
 * who use that one.  Beside the scenario's result stand the console's messages, errors of the
 * page and requests other than for the page itself: there must be none of them.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { scenarios } from "./scenarios.mjs";

const [name, file, settings = "{}"] = process.argv.slice(2);
const modules = createRequire(`${process.env.MODULES}/package.json`);
const puppeteer = modules("puppeteer-core");

const browser = await puppeteer.connect({ browserWSEndpoint: process.env.BROWSER });
const context = await browser.createBrowserContext();
const address = pathToFileURL(file).href;
const heard = { console: [], errors: [], requests: [] };

/* A new tab at the page, with a hash, once it shows something. */
async function open(hash = "", { width = 1400, height = 900, scheme = "light" } = {}) {
	const tab = await context.newPage();
	tab.on("console", (message) => heard.console.push(`${message.type()}: ${message.text()}`));
	tab.on("pageerror", (error) => heard.errors.push(String(error.stack ?? error)));
	tab.on("request", (request) => {
		if (request.url().split("#")[0] !== address)
			heard.requests.push(request.url());
	});
	await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
	await tab.setViewport({ width, height });
	await tab.goto(address + hash);
	await tab.waitForSelector("#page[data-ready], .failure", { timeout: 120000 });
	return tab;
}

try {
	const result = await scenarios[name]({ open, modules, settings: JSON.parse(settings) });
	process.stdout.write(JSON.stringify({ ...heard, result }));
} finally {
	await context.close();
	await browser.disconnect();
}
