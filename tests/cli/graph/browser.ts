import type { Browser } from "playwright-core";

/** Whether the package of the browser has a build for this machine. */
export const hasBrowser = process.platform === "linux" && process.arch === "x64";

/** Starts headless Chromium, which the package unpacks into `folder`. */
export async function launch(folder: string): Promise<Browser> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    const { chromium: driver } = await import("playwright-core");
    const executablePath = await chromium.executablePath();
    return await driver.launch({ executablePath, args: ["--no-sandbox", "--no-zygote", "--disable-gpu"] });
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
