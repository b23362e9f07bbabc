function firewall_decisions(rules, addresses) {
    const number = (address) => address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
    const ranges = rules.map(([action, text]) => {
        const [address, bits] = text.split("/");
        const size = 2 ** (32 - Number(bits));
        return { action, size, block: Math.floor(number(address) / size) };
    });
    return addresses.map((address) => {
        const rule = ranges.find(({ size, block }) => Math.floor(number(address) / size) === block);
        return rule ? rule.action : "deny";
    });
}
