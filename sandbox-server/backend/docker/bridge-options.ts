/** One byte less than IPv6 asks of a link (https://www.rfc-editor.org/rfc/rfc8200#section-5). */
const MTU_BYTES = 1279;

/**
 * For a network of which the host has no IPv6 address: on interfaces with so small an MTU the kernel has no IPv6 at all, neither
 * on the bridge nor on either end of what is plugged in. It is the only way that engines leave for the host's ends. Besides being a
 * door to the host, each such address makes browsers on the host break off what they load.
 */
export const WITHOUT_IPV6 = { 'com.docker.network.driver.mtu': String(MTU_BYTES) };

/** For a network on which the host is no neighbour: it has no address there. */
export const WITHOUT_HOST = { ...WITHOUT_IPV6, 'com.docker.network.bridge.inhibit_ipv4': 'true' };
