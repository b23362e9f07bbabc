function tab_order(fields) {
    const turn = ([, number]) => (number === 0 ? Infinity : number);
    return fields
        .filter(([, number, enabled]) => enabled && number >= 0)
        .sort((one, other) => (turn(one) === turn(other) ? 0 : turn(one) - turn(other)))
        .map(([name]) => name);
}
