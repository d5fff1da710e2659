// speedscope.mjs INDEX.HTML FILE - opens a file in speedscope's app and prints what its table of functions says.
import { createRequire } from 'module';
import process from 'process';
const [app, file] = process.argv.slice(2);
const puppeteer = createRequire(app)('puppeteer-core').default ?? (await import(createRequire(app).resolve('puppeteer-core'))).default;

const browser = await puppeteer.launch({
	executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--allow-file-access-from-files'],
});
try {
	const page = await browser.newPage();
	const said = [];
	page.on('pageerror', error => { throw error; });
	page.on('console', message => said.push(message.text()));
	await page.goto('file://' + app);
	await (await page.waitForSelector('#file')).uploadFile(file);
	while (!said.some(line => line.startsWith('import: ')))
		await new Promise(resolve => setTimeout(resolve, 50));
	await page.waitForFunction(() => document.body.innerText.includes('Sandwich'));
	await page.keyboard.press('3');
	await page.waitForFunction(() => document.body.innerText.includes('Symbol Name'));
	console.log(await page.evaluate(() => document.body.innerText));
} finally {
	await browser.close();
}
