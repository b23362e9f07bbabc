function boundary_values(ranges, least, greatest) {
    const near = new Set(ranges.flat().flatMap((edge) => [edge - 1, edge, edge + 1]));
    return [...near].filter((value) => value >= least && value <= greatest).sort((one, other) => one - other);
}
