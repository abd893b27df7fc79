/** The load of one side, as its own process. Whatever goes wrong ends it. */
import { Crowd } from "./crowd.ts";
import { orderSchema } from "./orders.ts";

const crowd = new Crowd();

const obey = async (message: unknown): Promise<unknown> => {
  const order = orderSchema.parse(message);
  switch (order.do) {
    case "sit":
      await crowd.sit(order.port, order.guilds);
      return {};
    case "join":
      await crowd.join(order.port, order.rooms);
      return {};
    case "connect":
      await crowd.connect(order.port, order.count);
      return {};
    case "burst":
      return crowd.burst(order);
    default:
      return crowd.stream(order);
  }
};

process.on("message", (message) => {
  void obey(message).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "load" }));
