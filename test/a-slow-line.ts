import { aLine } from "./a-line.ts";

/** A line that carries so many bytes a second from the server; what it does not carry waits at the server. */
export const aSlowLine = async (target: number, bytesPerSecond: number): Promise<{ url: string; opened: number }> => {
  const count = { opened: 0 };
  const { url } = await aLine(
    () => target,
    (near, far) => {
      count.opened += 1;
      near.pipe(far);
      far.on("data", (data) => {
        near.write(data);
        far.pause();
        setTimeout(() => far.resume(), (data.length / bytesPerSecond) * 1000);
      });
    },
  );
  return Object.assign(count, { url });
};
