"""One compiled pass over all users for each stage of a slot.

The equations are those of `latency.py` and `observations.py`, in the same order of operations;
tests hold the two forms equal. Here they cost one call each instead of dozens.
"""

import math

import numpy as np

from edgemarl.core.compiled import compiled

# Rows of what `before_allocation` returns, (7, U).
WIRELESS, FORWARDING, CYCLES, FIXED = 0, 1, 2, 3
CLOUD_FORWARDING, CLOUD_PROCESSING, CLOUD_TOTAL = 4, 5, 6
NUM_PARTS = 7


@compiled
def stages(
    path_loss, bandwidth, noise, volume, result, intensity, link_rate, link_delay, factor, migrates,
    transmit_power, migration_delay, cloud_rate, cloud_delay, cloud_capacity,
):  # fmt: skip
    """One user's entries of what :func:`before_allocation` returns, from numbers."""
    gain = 10.0 ** (-path_loss / 10.0)
    rate = bandwidth * math.log2(1.0 + transmit_power * gain / noise)
    moved = volume + result
    wireless = moved / rate
    forwarding = moved / link_rate + 2 * link_delay
    if migrates:
        forwarding += migration_delay
    cloud = moved / cloud_rate + 2 * cloud_delay
    computed = volume * intensity / cloud_capacity
    cycles, fixed = factor * volume * intensity, wireless + forwarding
    return wireless, forwarding, cycles, fixed, cloud, computed, wireless + cloud + computed


@compiled
def before_allocation(
    path_loss, bandwidth, noise, volume, result, intensity, ran, server, before,
    link_rate, link_delay, processing_factor,
    transmit_power, migration_delay, cloud_rate, cloud_delay, cloud_capacity,
):  # fmt: skip
    """Everything about a slot that the allocation does not change, Eqs. (1), (6), (7) and (9).

    Args:
        path_loss: (U,) [dB].
        bandwidth: (U,) [Hz].
        noise: (U,) [W].
        volume: (U,) [bit] of the tasks.
        result: (U,) [bit] of their results.
        intensity: (U,) [cycles/bit].
        ran: (U,) RAN of each user.
        server: (U,) server of each task, -1 for the cloud.
        before: (U,) server of each user in the slot before, -1 for none.
        link_rate: (H, H) [bit/s].
        link_delay: (H, H) [s].
        processing_factor: (U, H) [1].
        transmit_power: [W].
        migration_delay: [s].
        cloud_rate: [bit/s].
        cloud_delay: [s].
        cloud_capacity: [cycles/s].

    Returns:
        (7, U) wireless latency [s], forwarding to the server with migration [s], cycles at the
        server, their latency without processing [s]; to the cloud: forwarding, processing and
        service latency [s].
    """
    users, servers = path_loss.size, link_rate.shape[0]
    reals = bandwidth.size, noise.size, volume.size, result.size, intensity.size
    for size in (*reals, ran.size, server.size, before.size):
        if size != users:
            raise ValueError("every field of the state must have one entry for each user")
    if processing_factor.shape[0] != users or processing_factor.shape[1] != servers:
        raise ValueError(
            "processing_factor must have a row for each user, a column for each server"
        )
    parts = np.empty((NUM_PARTS, users))
    for u in range(users):
        i, h = ran[u], server[u]
        if i < 0 or i >= servers:
            raise ValueError("ran must be a server index of the scenario")
        row = stages(
            path_loss[u], bandwidth[u], noise[u], volume[u], result[u], intensity[u],
            link_rate[i, h], link_delay[i, h], processing_factor[u, h],
            before[u] >= 0 and before[u] != h,
            transmit_power, migration_delay, cloud_rate, cloud_delay, cloud_capacity,
        )  # fmt: skip
        for part in range(NUM_PARTS):
            parts[part, u] = row[part]
    return parts


@compiled
def before_allocations(
    path_loss, bandwidth, noise, volume, result, intensity, ran, server, before,
    topology, link_rate, link_delay, processing_factor,
    transmit_power, migration_delay, cloud_rate, cloud_delay, cloud_capacity,
):  # fmt: skip
    """As :func:`before_allocation` for E copies, (7, E * U), with fields (E, U) of each user.

    Copy e has links and processing factors `topology[e]` of (T, H, H) and (T, U, H).
    """
    copies, users = ran.shape
    servers = link_rate.shape[1]
    parts = np.empty((NUM_PARTS, copies * users))
    for e in range(copies):
        t = topology[e]
        for u in range(users):
            i, h = ran[e, u], server[e, u]
            if i < 0 or i >= servers:
                raise ValueError("ran must be a server index of the scenario")
            row = stages(
                path_loss[e, u], bandwidth[e, u], noise[e, u], volume[e, u], result[e, u],
                intensity[e, u],
                link_rate[t, i, h], link_delay[t, i, h], processing_factor[t, u, h],
                before[e, u] >= 0 and before[e, u] != h,
                transmit_power, migration_delay, cloud_rate, cloud_delay, cloud_capacity,
            )  # fmt: skip
            for part in range(NUM_PARTS):
                parts[part, e * users + u] = row[part]
    return parts


# Rows of what `after_allocation` returns, (3, U).
LATENCY, FORWARDED, PROCESSED = 0, 1, 2


@compiled
def after_allocation(parts, power, server, cloud_index):
    """Latencies under an allocation, Eqs. (8) and (9), and who falls back to the cloud.

    Args:
        parts: (7, U) of :func:`before_allocation`.
        power: (U,) [cycles/s] that each task gets.
        server: (U,) server of each task.
        cloud_index: what stands for the cloud.

    Returns:
        (3, U) [s] service latency, its forwarding and its processing part; and (U,) who serves.
    """
    latency = np.empty((3, power.size))
    served_by = np.empty(power.size, np.int64)
    for u in range(power.size):
        processing = parts[CYCLES, u] / power[u]
        latency[LATENCY, u] = parts[FIXED, u] + processing
        latency[FORWARDED, u] = parts[FORWARDING, u]
        latency[PROCESSED, u] = processing
        served_by[u] = server[u]
        if parts[CLOUD_TOTAL, u] < latency[LATENCY, u]:
            latency[LATENCY, u] = parts[CLOUD_TOTAL, u]
            latency[FORWARDED, u] = parts[CLOUD_FORWARDING, u]
            latency[PROCESSED, u] = parts[CLOUD_PROCESSING, u]
            served_by[u] = cloud_index
    return latency, served_by


@compiled
def totals(qoe, latency, served_by, disturbed, satisfied, cloud_index, idle_index):
    """Sums of QoE and latency, and numbers of active, satisfied, giving-up and cloud users."""
    sum_qoe, sum_latency = 0.0, 0.0
    active, happy, gone, cloud = 0, 0, 0, 0
    for u in range(qoe.size):
        sum_qoe += qoe[u]
        sum_latency += latency[u]
        happy += qoe[u] > satisfied
        cloud += served_by[u] == cloud_index
        if served_by[u] != idle_index:
            active += 1
            gone += qoe[u] < disturbed
    return sum_qoe, sum_latency, active, happy, gone, cloud


@compiled
def total(values):
    """The sum of values (U,), added in the order in which `totals` adds QoE."""
    added = 0.0
    for u in range(values.size):
        added += values[u]
    return added


@compiled
def totals_of_each(qoe, latency, served_by, disturbed, satisfied, cloud_index, idle_index):
    """The six numbers of :func:`totals` for each of E copies, (6, E), from fields (E, U)."""
    sums = np.empty((6, qoe.shape[0]))
    for e in range(qoe.shape[0]):
        sums[0, e], sums[1, e], sums[2, e], sums[3, e], sums[4, e], sums[5, e] = totals(
            qoe[e], latency[e], served_by[e], disturbed, satisfied, cloud_index, idle_index
        )
    return sums


@compiled
def total_of_each(values):
    """The sum of each copy's values (E, U), (E,), added as in :func:`total`."""
    sums = np.empty(values.shape[0])
    for e in range(values.shape[0]):
        sums[e] = total(values[e])
    return sums


@compiled
def per_server(ran, qoe, served_by, active, num_servers):
    """QoE of the connected users, number of connected users and of served tasks, (3, H)."""
    sums = np.zeros((3, num_servers))
    for u in range(qoe.size):
        sums[0, ran[u]] += qoe[u]
        sums[1, ran[u]] += active[u]
        if served_by[u] >= 0:
            sums[2, served_by[u]] += 1.0
    return sums


@compiled
def scaled_features(
    ran, volume, result, intensity, steepness, midpoint, distance, bandwidth, noise, offset, factor
):  # fmt: skip
    """The nine features of Eq. (18), (U, 9) float32, scaled and clipped to [-1, 1]; N in dBm."""
    rows = np.empty((ran.size, 9), np.float32)
    for u in range(ran.size):
        features = (
            ran[u] + 1.0, volume[u], result[u], intensity[u], steepness[u], midpoint[u],
            distance[u], bandwidth[u], 10.0 * math.log10(noise[u]) + 30.0,
        )  # fmt: skip
        for i in range(9):
            scaled = (features[i] - offset[i]) * factor[i]
            rows[u, i] = min(max(scaled, -1.0), 1.0)
    return rows
