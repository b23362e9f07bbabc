function parking_fee(arrived, left, hourly, highest) {
    let stay = left - arrived;
    if (stay <= 15) return 0;
    let fee = 0;
    for (; stay > 0; stay -= 1440) fee += Math.min(highest, hourly * Math.ceil(Math.min(stay, 1440) / 60));
    return fee;
}
