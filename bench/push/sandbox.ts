/** The FCM sandbox as its own process, which counts the pushes it delivers. Argument: its connection file. Any message is answered with the count. */
import { startFcmSandbox } from "../../server/fcm-sandbox/start.ts";

let delivered = 0;
const sandbox = await startFcmSandbox({
  connectionFile: process.argv[2] ?? "",
  onDelivery: () => {
    delivered += 1;
  },
});
process.on("message", () => process.send?.(delivered));
process.once("SIGTERM", () => void sandbox.close().then(() => process.exit()));
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "sandbox" }));
