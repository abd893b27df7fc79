import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, stop } from "esbuild";

export type PageFiles = { html: string; css: string; js: string };

const web = join(import.meta.dirname, "..", "..", "web");

/** The page as browsers load it. Nothing is written to disk, and no process is left behind. */
export const bundlePage = async (): Promise<PageFiles> => {
  try {
    const built = await build({
      entryPoints: [join(web, "main.ts")],
      bundle: true,
      write: false,
      platform: "browser",
      format: "esm",
      target: "es2022",
      minify: true,
      legalComments: "none",
      logLevel: "silent",
    });
    const [html = "", ...css] = await Promise.all(
      ["index.html", "page.css", "war.css", "why.css"].map((name) => readFile(join(web, name), "utf8")),
    );
    return { html, css: css.join("\n"), js: built.outputFiles[0]?.text ?? "" };
  } finally {
    await stop();
  }
};
