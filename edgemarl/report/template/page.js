"use strict";

const CONFIG = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
const INK = "#1a1a1a";
const SCALE = [[0, "#b2182b"], [0.45, "#fdae61"], [0.75, "#abd9e9"], [1, "#084594"]];
const WIDTHS = [[1, 1], [2, 2], [4, 3.5], [8, 5.5]]; // fewest tasks, width of their line
const NUMBERED = 30; // servers, up to which the map shows their numbers
const TOO_MUCH = "#d55e00"; // load above the capacity
const IDLE = -2;
const NARROW = 720; // [pixel] below which the loads are under the map instead of beside it
const ASIDE = 0.006; // of the map's extent, by which opposite arrows lie to the right of the middle
const PLAY_EVERY = 700; // [ms]

const read = (id) => JSON.parse(document.getElementById(id).textContent);

for (const holder of document.querySelectorAll("[data-figure]")) {
  const figure = read(holder.dataset.figure);
  Plotly.newPlot(holder, figure.data, figure.layout, CONFIG);
}
for (const form of document.querySelectorAll("[data-map]")) showSlots(form, read(form.dataset.map));

/** Lets a form's slider and menu choose which recorded slot its map shows. */
function showSlots(form, policies) {
  const { policy, slot, number, play } = form.elements;
  const plot = form.querySelector(".plot");
  for (const each of policies) policy.add(new Option(each.name));
  const current = () => policies[policy.selectedIndex].slots;

  function draw() {
    slot.max = current().length - 1;
    const index = Math.min(slot.valueAsNumber, current().length - 1);
    const shown = current()[index];
    number.value = `${index + 1} of ${current().length}`;
    slot.setAttribute("aria-valuetext", number.value);
    form.querySelector(".told").textContent = told(shown);
    const narrow = plot.clientWidth < NARROW;
    Plotly.react(plot, traces(shown, narrow), layout(shown, narrow), CONFIG);
  }

  let timer = null;
  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }
  play.addEventListener("click", () => {
    if (timer !== null) return pause();
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      slot.value = (slot.valueAsNumber + 1) % current().length;
      draw();
    }, PLAY_EVERY);
  });
  slot.addEventListener("input", draw);
  policy.addEventListener("change", draw);
  window.addEventListener("resize", draw);
  draw();
}

/** The slot's numbers in words. */
function told(shown) {
  const parts = [`${shown.objective_title} ${shown.objective.toFixed(2)}`];
  if (shown.bound !== null) parts.push(`${shown.bound_title} ${shown.bound.toFixed(2)}`);
  if (shown.gap !== null) parts.push(`gap ${(100 * shown.gap).toFixed(1)} %`);
  for (const [name, count] of Object.entries(shown.counts)) parts.push(`${name} ${count}`);
  return parts.join(" · ");
}

function traces(shown, narrow) {
  const users = shown.served_by.map((_, user) => user);
  const idle = users.filter((user) => shown.served_by[user] === IDLE);
  const edge = users.filter((user) => shown.served_by[user] >= 0);
  const other = users.filter((user) => shown.served_by[user] < 0 && shown.served_by[user] !== IDLE);
  return [
    outline(shown), links(shown, [...edge, ...other]), ...forwarded(shown, edge),
    people(shown, edge, "circle", "computed by a server", colorbar(narrow)),
    people(shown, other, "diamond", `computed by ${shown.elsewhere}`),
    people(shown, idle, "circle-open", "no task"), servers(shown), serverSample(), ...load(shown),
  ];
}

function line(points, more) {
  const [x, y] = [0, 1].map((axis) => points.map((point) => (point === null ? null : point[axis])));
  return { type: "scatter", mode: "lines", hoverinfo: "skip", x, y, ...more };
}

function outline(shown) {
  const corners = shown.outline === null ? [] : [...shown.outline, shown.outline[0]];
  return line(corners, { showlegend: false, line: { color: "#8a8a8a", width: 1, dash: "dot" } });
}

function links(shown, users) {
  const ends = users.flatMap((user) => [
    shown.user_position[user], shown.server_position[shown.ran[user]], null,
  ]);
  return line(ends, { name: "radio", showlegend: false, line: { color: "#b5b5b5", width: 0.8 } });
}

/** Arrows from radios to the servers that compute, one trace for each width. */
function forwarded(shown, users) {
  const counts = new Map();
  for (const user of users) {
    const [from, to] = [shown.ran[user], shown.served_by[user]];
    if (from !== to) counts.set(`${from}-${to}`, (counts.get(`${from}-${to}`) || 0) + 1);
  }
  return WIDTHS.map(([fewest, width], k) => {
    const below = k + 1 < WIDTHS.length ? WIDTHS[k + 1][0] : Infinity;
    const pairs = [...counts].filter(([, count]) => count >= fewest && count < below);
    const ends = pairs.flatMap(([pair]) => {
      const [from, to] = pair.split("-").map((server) => shown.server_position[server]);
      return [...beside(from, to, extent(shown) * ASIDE), null];
    });
    return line(ends, {
      name: "forwarded", mode: "lines+markers", showlegend: false, opacity: Math.min(0.55, 4 / Math.sqrt(counts.size)),
      line: { color: INK, width },
      marker: {
        color: INK, symbol: "arrow", angleref: "previous", standoff: 12,
        size: ends.map((_, end) => (end % 3 === 1 ? 8 + width : 0)),
      },
    });
  });
}

/** Greatest distance between servers along an axis. */
function extent(shown) {
  const sides = [0, 1].map((axis) => shown.server_position.map((at) => at[axis]));
  return Math.max(...sides.map((side) => Math.max(...side) - Math.min(...side)));
}

/** Both ends of a link, moved to the right of its direction. */
function beside([x, y], [toX, toY], by) {
  const length = Math.hypot(toX - x, toY - y) || 1;
  const [right, down] = [(by * (toY - y)) / length, (by * (x - toX)) / length];
  return [[x + right, y + down], [toX + right, toY + down]];
}

function colorbar(narrow) {
  const place = narrow ? { x: 0.88, y: 0.71, len: 0.55 } : { x: 0.61, len: 0.9 };
  return { ...place, thickness: 12 };
}

function people(shown, users, symbol, name, bar) {
  return {
    type: "scatter", mode: "markers", name,
    x: users.map((user) => shown.user_position[user][0]),
    y: users.map((user) => shown.user_position[user][1]),
    text: users.map((user) => about(shown, user)),
    hovertemplate: "%{text}<extra></extra>",
    marker: {
      symbol, size: users.length > 300 ? 6 : 9, cmin: 0, cmax: 1, colorscale: SCALE,
      color: users.map((user) => (shown.quality[user] === null ? "#8a8a8a" : shown.quality[user])),
      line: { color: INK, width: 0.6 }, showscale: bar !== undefined,
      colorbar: { title: { text: shown.quality_title, side: "right" }, ...bar },
    },
  };
}

function about(shown, user) {
  const by = shown.served_by[user];
  if (by === IDLE) return `user ${user}: no task`;
  const where = by >= 0 ? `server ${by}` : shown.elsewhere;
  const latency = Object.entries(shown.latency)
    .map(([part, seconds]) => `${part} ${(1000 * seconds[user]).toFixed(0)} ms`).join(", ");
  return `user ${user}: ${shown.quality_title} ${shown.quality[user].toFixed(2)}<br>` +
    `radio of ${shown.ran[user]}, computed by ${where}<br>${latency}`;
}

function servers(shown) {
  const few = shown.server_position.length <= NUMBERED;
  const down = shown.server_capacity.map((capacity) => capacity <= 0);
  return {
    type: "scatter", mode: few ? "markers+text" : "markers", name: "server", showlegend: false,
    x: shown.server_position.map((at) => at[0]), y: shown.server_position.map((at) => at[1]),
    text: shown.server_position.map((_, server) => String(server)),
    textfont: { color: down.map((none) => (none ? INK : "white")), size: 11 },
    hovertext: shown.server_position.map((_, server) => busy(shown, server)),
    hovertemplate: "%{hovertext}<extra></extra>",
    marker: {
      symbol: "square", size: few ? 18 : 9, line: { color: INK, width: 1 },
      color: down.map((none, server) => (none ? "white" : overloaded(shown, server) ? TOO_MUCH : INK)),
    },
  };
}

/** What the legend shows: without a place, and so not on the map. */
function serverSample() {
  const marker = { symbol: "square", size: 12, color: INK };
  return { type: "scatter", mode: "markers", name: "server", x: [null], y: [null], marker };
}

function overloaded(shown, server) {
  return shown.server_load[server] > shown.server_capacity[server];
}

function busy(shown, server) {
  const [asked, has] = [shown.server_load[server], shown.server_capacity[server]];
  return `server ${server}: load ${asked.toFixed(1)} of ${has.toFixed(1)} ${shown.load_unit}`;
}

function load(shown) {
  const names = shown.server_load.map((_, server) => String(server));
  const axes = {
    xaxis: "x2", yaxis: "y2", showlegend: false, orientation: "h", y: names,
    hovertext: names.map((_, server) => busy(shown, server)),
    hovertemplate: "%{hovertext}<extra></extra>",
  };
  return [
    {
      type: "bar", name: "load", x: shown.server_load, ...axes,
      marker: { color: names.map((_, server) => (overloaded(shown, server) ? TOO_MUCH : "#2166ac")) },
    },
    {
      type: "scatter", mode: "markers", name: "capacity", x: shown.server_capacity, ...axes,
      marker: {
        symbol: "line-ns", size: Math.min(16, 420 / names.length),
        line: { color: INK, width: names.length <= NUMBERED ? 3 : 1.5 },
      },
    },
  ];
}

function layout(shown, narrow) {
  const axis = { gridcolor: "#e4e4e4", zeroline: false, ticks: "outside" };
  const [map, loads] = narrow
    ? [{ x: [0, 0.86], y: [0.42, 1] }, { x: [0, 0.86], y: [0, 0.3] }]
    : [{ x: [0, 0.6], y: [0, 1] }, { x: [0.74, 1], y: [0, 1] }];
  return {
    font: { family: "system-ui, sans-serif", size: 13, color: INK }, height: narrow ? 760 : 600,
    margin: { l: 60, r: 20, t: 15, b: 60 }, legend: { orientation: "h", y: -0.12 },
    uirevision: "kept", // zoom stays when the slot changes
    xaxis: { ...axis, domain: map.x, title: { text: "x [m]" } },
    yaxis: { ...axis, domain: map.y, title: { text: "y [m]" }, scaleanchor: "x" },
    xaxis2: {
      ...axis, domain: loads.x, anchor: "y2", title: { text: `load [${shown.load_unit}]` },
      rangemode: "tozero",
    },
    yaxis2: {
      ...axis, domain: loads.y, anchor: "x2", autorange: "reversed", title: { text: "server" },
      type: "category",
    },
  };
}
