/** One stand of the stadium, as its own process. Whatever goes wrong ends it. */
import { orderSchema } from "./orders.ts";
import { Stand } from "./stand.ts";

const stand = new Stand();

const obey = async (message: unknown): Promise<unknown> => {
  const order = orderSchema.parse(message);
  switch (order.do) {
    case "sit":
      return stand.sit(order.port, order.tokens, order.sockets);
    case "expect":
      stand.expect(order.messages);
      return {};
    default:
      return stand.say(order.senders, order.textLength);
  }
};

process.on("message", (message) => {
  void obey(message).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "load" }));
