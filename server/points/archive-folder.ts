import { randomUUID } from "node:crypto";
import { mkdir, open, opendir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Archive } from "./archive.ts";

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

/** What a process that died left of a file it was writing. Nobody reads it. */
const UNFINISHED = ".unfinished-";

/** Forces a folder's list of names to the disk. */
const syncFolder = async (path: string): Promise<void> => {
  // Windows does not open folders, and keeps names without being told.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** An archive in a folder of a file system, which all processes have mounted. */
export const folderArchive = (root: string): Archive => {
  const pathOf = (name: string): string => join(root, ...name.split("/"));

  /** Each folder that is made is forced to the disk in the one above it. */
  const makeFolder = async (path: string): Promise<void> => {
    const first = await mkdir(path, { recursive: true });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
  };

  return {
    put: async (name, text) => {
      const path = pathOf(name);
      const folder = dirname(path);
      await makeFolder(folder);
      const unfinished = join(folder, `${UNFINISHED}${randomUUID()}`);
      try {
        const handle = await open(unfinished, "wx");
        try {
          await handle.writeFile(text);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      await syncFolder(folder);
    },
    get: async (name) => {
      try {
        return await readFile(pathOf(name), "utf8");
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    list: async function* (folder) {
      const top = folder === "" ? root : pathOf(folder);
      try {
        for await (const found of await opendir(top, { recursive: true })) {
          if (!found.isFile() || found.name.startsWith(UNFINISHED)) continue;
          yield relative(root, join(found.parentPath, found.name)).split(sep).join("/");
        }
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
};
