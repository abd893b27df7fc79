import { z } from "zod";

const devicesSchema = z.object({ devices: z.array(z.object({ target: z.string(), receivedCount: z.number() })) });

/** The FCM sandbox's phones, as its control side tells. */
export type Phones = {
  register(target: string): Promise<void>;
  /** How many pushes each has received. */
  received(): Promise<Map<string, number>>;
};

export const makePhones = (url: string): Phones => ({
  register: async (target) => {
    const response = await fetch(`${url}/devices/${target}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "token", platform: "android" }),
    });
    if (!response.ok) throw new Error(`the sandbox did not take ${target}: ${await response.text()}`);
  },
  received: async () => {
    const response = await fetch(`${url}/devices`);
    const { devices } = devicesSchema.parse(await response.json());
    return new Map(devices.map(({ target, receivedCount }) => [target, receivedCount]));
  },
});
