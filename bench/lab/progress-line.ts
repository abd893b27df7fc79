/** A line on a terminal, redrawn in place; elsewhere a plain one for every tenth. */
export const makeProgressLine = (output: NodeJS.WriteStream): ((part: number, doing: string) => void) => {
  let tenth = -1;
  return (part, doing) => {
    const percent = `${Math.floor(part * 100)} %`.padStart(5);
    if (output.isTTY) output.write(`\r\x1b[K${percent}  ${doing}${part >= 1 ? "\n" : ""}`);
    else if (Math.floor(part * 10) > tenth) output.write(`${percent}  ${doing}\n`);
    tenth = Math.floor(part * 10);
  };
};
