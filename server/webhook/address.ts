import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** A webhook may not go there. */
class AddressRefused extends Error {}

/** An older form of IPv4 addresses within IPv6 (RFC 4291 §2.5.5.1), which no range names. */
const V4_COMPATIBLE = ipaddr.IPv6.parse("::");
/** Where Azure's host answers its machines, with their secrets; it looks like any other address. */
const AZURE_HOST = "168.63.129.16";

/** Whether an address is one of the open internet: not this machine, no private network, no link's own (where clouds answer with credentials), nothing special. */
export const isPublic = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address within an IPv6 one is judged as what it is.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv6 ? !parsed.match(V4_COMPATIBLE, 96) : parsed.toString() !== AZURE_HOST;
};

/** The host of a URL as an address, without the brackets of IPv6. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

/** Throws `AddressRefused` when the host is an address that is not public. A name is judged by `publicLookup`, when it is connected to. */
export const refusePrivateLiteral = (hostname: string): void => {
  if (ipaddr.isValid(bare(hostname)) && !isPublic(bare(hostname)))
    throw new AddressRefused(`${bare(hostname)} is no public address`);
};

/** Resolves a name for the connection that is made then: what it was told before does not count. A name with any address that is not public is refused. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const refused = addresses.find(({ address }) => !isPublic(address));
    const [first] = addresses;
    if (refused !== undefined || first === undefined)
      return callback(new AddressRefused(`${hostname} is at ${refused?.address}, no public address`), "", 0);
    if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
