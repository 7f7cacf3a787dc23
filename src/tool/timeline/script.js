"use strict";
/* The page of mplog timeline: places what the picture has for the part of time that is to be seen, and
 * draws the marks of its records. Text of records is only ever set as text. */
(() => {
	const data = JSON.parse(document.getElementById("data").textContent);
	const svg = document.querySelector("svg.timeline");
	const plot = svg.querySelector(".plot");
	const layer = svg.querySelector(".marks");
	const axis = svg.querySelector(".axis");
	const tip = document.getElementById("tip");
	const seen = document.getElementById("seen");
	const select = document.getElementById("level");
	const LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "no level"];
	const WARNING = 4, UNKNOWN = 8, NEAR = 6, LEAST = Math.min(20, data.span);
	const [LANE, TIME, LEVEL, COUNT, DUMPED, MESSAGE, FIELDS, SITE] = [0, 1, 2, 3, 4, 5, 6, 7];
	let view = { from: 0, to: data.span };

	function make(name, attributes, parent) {
		const element = document.createElementNS("http://www.w3.org/2000/svg", name);
		for (const key in attributes)
			element.setAttribute(key, attributes[key]);
		parent.appendChild(element);
		return element;
	}

	/* ---- What there is -------------------------------------------------------------------- */

	/* Titles become tips of our own. */
	const tips = new Map();
	for (const title of [...svg.querySelectorAll("title")]) {
		tips.set(title.parentNode, title.textContent);
		title.remove();
	}
	const placed = [...plot.querySelectorAll("[data-a],[data-b]")].map((element) => ({
		element,
		from: element.dataset.a === undefined ? null : Number(element.dataset.a),
		to: element.dataset.b === undefined ? null : Number(element.dataset.b),
	}));

	/* The marks of each lane and level, in the order of time; those of black boxes are the last. */
	const lanes = data.lanes.map(([name, y]) => ({ name, y, marks: [] }));
	for (const mark of data.marks) {
		const kinds = lanes[mark[LANE]].marks;
		const kind = 2 * mark[LEVEL] + mark[DUMPED];
		(kinds[kind] = kinds[kind] || []).push(mark);
	}
	for (const lane of lanes) {
		for (const marks of lane.marks) {
			if (marks)
				marks.sort((a, b) => a[TIME] - b[TIME]);
		}
	}

	const hit = make("rect", { class: "hit", width: "100%", height: data.height }, plot);
	plot.insertBefore(hit, plot.firstChild);
	const cursor = make("line", { class: "cursor", y1: data.top, y2: data.height - 40, visibility: "hidden" }, plot);
	const chosen = make("rect", { class: "chosen", y: data.top, height: data.height - data.top - 40, visibility: "hidden" }, plot);

	/* ---- Time ----------------------------------------------------------------------------- */

	const width = () => hit.getBoundingClientRect().width || 1;
	const percent = (time) => 100 * (time - view.from) / (view.to - view.from);
	const clamp = (number, least, most) => Math.min(Math.max(number, least), most);
	/* What is far outside is not drawn exactly. */
	const near = (time) => clamp(percent(time), -50, 150).toFixed(4) + "%";

	/* The first mark that is not earlier. */
	function find(marks, time) {
		let low = 0, high = marks.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (marks[middle][TIME] < time)
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	}

	const two = (number) => String(number).padStart(2, "0");

	function clock(time, digits) {
		const us = data.from + data.offset + time;
		const date = new Date(us / 1000);
		const text = two(date.getUTCHours()) + ":" + two(date.getUTCMinutes()) + ":" + two(date.getUTCSeconds());
		return digits ? text + "." + String(us % 1e6 | 0).padStart(6, "0").slice(0, digits) : text;
	}

	function span(us) {
		if (us < 1e3)
			return Math.round(us) + " \u00b5s";
		if (us < 1e6)
			return Number((us / 1e3).toPrecision(3)) + " ms";
		if (us < 6e7)
			return Number((us / 1e6).toPrecision(3)) + " s";
		const units = [[864e8, 36e8, "d", "h"], [36e8, 6e7, "h", "min"], [6e7, 1e6, "min", "s"]];
		const [unit, part, name, partName] = units.find((row) => us >= row[0]);
		return Math.floor(us / unit) + " " + name + " " + Math.floor(us % unit / part) + " " + partName;
	}

	function findStep(least) {
		for (let power = 1; power < 1e6; power *= 10) {
			for (const factor of [1, 2, 5]) {
				if (factor * power >= least)
					return factor * power;
			}
		}
		const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200];
		const found = seconds.find((step) => step * 1e6 >= least);
		return found ? found * 1e6 : Math.ceil(least / 864e8) * 864e8;
	}

	const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

	function tick(time, step) {
		if (data.span >= 6e7 && step >= 1e6) {
			const date = new Date((data.from + data.offset + time) / 1000);
			const text = clock(time, 0);
			if (view.to - view.from > 864e8)
				return months[date.getUTCMonth()] + " " + date.getUTCDate() + " " + text.slice(0, 5);
			return step < 6e7 ? text : text.slice(0, 5);
		}
		if (data.span >= 6e7)
			return clock(time, step < 1e3 ? 6 : 3);
		const digits = (exact) => Math.max(0, exact - Math.floor(Math.log10(step) + 1e-9));
		if (step < 1e3 && view.to < 1e4)
			return time + " \u00b5s";
		if (view.to < 2e6)
			return (time / 1e3).toFixed(digits(3)) + " ms";
		return (time / 1e6).toFixed(digits(6)) + " s";
	}

	function drawAxis() {
		const bottom = data.height - 40;
		const step = findStep((view.to - view.from) / clamp(width() / 95, 2, 12));
		const shift = data.span >= 6e7 ? (data.from + data.offset) % step : 0;
		axis.replaceChildren();
		for (let time = Math.ceil((view.from + shift) / step) * step - shift; time <= view.to; time += step) {
			const at = percent(time);
			const end = at < 2 ? " first" : at > 96 ? " last" : "";
			make("line", { x1: at + "%", x2: at + "%", y1: data.top - 4, y2: bottom + 4 }, axis);
			for (const y of [data.top - 9, bottom + 18])
				make("text", { class: "time" + end, x: at + "%", y }, axis).textContent = tick(time, step);
		}
	}

	/* ---- Drawing -------------------------------------------------------------------------- */

	function place() {
		for (const { element, from, to } of placed) {
			if (element.localName === "line") {
				if (from !== null)
					element.setAttribute("x1", near(from));
				element.setAttribute("x2", near(to === null ? from : to));
			} else if (to === null) {
				element.setAttribute("x", near(from));
			} else {
				const left = clamp(percent(from), -50, 150), right = clamp(percent(to), -50, 150);
				element.setAttribute("x", left.toFixed(4) + "%");
				element.setAttribute("width", (right - left).toFixed(4) + "%");
			}
		}
	}

	const isShown = (level) => level <= Number(select.value) || (level === UNKNOWN && select.value === "7");

	function heightOf(level, n) {
		const base = level <= 3 ? 18 : level === WARNING ? 14 : 10;
		return Math.min(base + 2 * Math.ceil(Math.log(n) / Math.log(3) - 1e-9), data.lane - 2);
	}

	/* One path for each lane and level, however many records it has. */
	function drawMarks() {
		const scale = width() / (view.to - view.from);
		let records = 0;
		layer.replaceChildren();
		for (const lane of lanes) {
			for (let kind = lane.marks.length - 1; kind >= 0; kind--) {
				const level = kind >> 1, marks = lane.marks[kind];
				if (!marks || !isShown(level))
					continue;
				let path = "", n = 0, at = null;
				const flush = () => {
					if (at === null)
						return;
					const height = heightOf(level, n) - 2;
					path += "M" + at + " " + (lane.y - height / 2) + "v" + height;
					records += n;
				};
				for (let i = find(marks, view.from); i < marks.length && marks[i][TIME] <= view.to; i++) {
					const x = Math.round((marks[i][TIME] - view.from) * scale * 2) / 2;
					if (x !== at) {
						flush();
						at = x;
						n = 0;
					}
					n += marks[i][COUNT];
				}
				flush();
				if (path)
					make("path", { class: "l" + level + (level <= WARNING ? " tall" : "") +
						(kind & 1 ? " dumped" : ""), d: path }, layer);
			}
		}
		seen.dataset.records = records;
		seen.textContent = clock(view.from, 3) + " \u2013 " + clock(view.to, 3) + " \u00b7 " +
			span(view.to - view.from) + " \u00b7 " + records + " records";
	}

	function draw() {
		place();
		drawAxis();
		drawMarks();
	}

	/* ---- Zoom ----------------------------------------------------------------------------- */

	function show(from, to) {
		const length = clamp(to - from, LEAST, data.span);
		from = clamp(from, 0, data.span - length);
		view = { from, to: from + length };
		hide();
		draw();
	}

	/* The moment at that part of the width stays where it is. */
	function zoom(factor, part) {
		const length = view.to - view.from, fixed = view.from + part * length;
		show(fixed - part * length * factor, fixed + (1 - part) * length * factor);
	}

	function pan(part) {
		const length = view.to - view.from;
		show(view.from + part * length, view.to + part * length);
	}

	const actions = {
		in: () => zoom(0.5, 0.5), out: () => zoom(2, 0.5), left: () => pan(-0.25), right: () => pan(0.25),
		all: () => show(0, data.span),
	};
	for (const id in actions)
		document.getElementById(id).addEventListener("click", actions[id]);
	const keys = { "+": "in", "=": "in", "-": "out", "0": "all", ArrowLeft: "left", ArrowRight: "right" };
	document.addEventListener("keydown", (event) => {
		if (keys[event.key] && !event.ctrlKey && !event.metaKey && event.target !== select) {
			actions[keys[event.key]]();
			event.preventDefault();
		}
	});
	svg.addEventListener("wheel", (event) => {
		const box = hit.getBoundingClientRect();
		if (event.ctrlKey || event.metaKey)
			zoom(Math.exp(event.deltaY / 300), clamp((event.clientX - box.left) / box.width, 0, 1));
		else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
			pan((event.deltaX || event.deltaY) / box.width);
		else
			return;
		event.preventDefault();
	}, { passive: false });
	svg.addEventListener("dblclick", actions.all);

	/* ---- Tips ----------------------------------------------------------------------------- */

	function hide() {
		tip.hidden = true;
		cursor.setAttribute("visibility", "hidden");
	}

	function fill(parts, event) {
		tip.replaceChildren();
		for (const [name, text] of parts) {
			if (!text)
				continue;
			const part = document.createElement("div");
			part.className = name;
			part.textContent = text;
			tip.appendChild(part);
		}
		tip.hidden = false;
		const box = tip.getBoundingClientRect();
		const left = event.clientX + 14 + box.width > innerWidth ? event.clientX - 14 - box.width : event.clientX + 14;
		const top = event.clientY + 18 + box.height > innerHeight ? event.clientY - 12 - box.height : event.clientY + 18;
		tip.style.left = Math.max(8, left) + "px";
		tip.style.top = Math.max(8, top) + "px";
	}

	/* The nearest mark of a lane, the most severe one of several that are as near. */
	function nearest(lane, x) {
		const scale = width() / (view.to - view.from);
		let best = null, least = NEAR, n = 0;
		lane.marks.forEach((marks, kind) => {
			if (!marks || !isShown(kind >> 1))
				return;
			const end = view.from + (x + NEAR) / scale;
			for (let i = find(marks, view.from + (x - NEAR) / scale); i < marks.length && marks[i][TIME] <= end; i++) {
				const distance = Math.abs((marks[i][TIME] - view.from) * scale - x);
				if (distance < least - 1) {
					best = marks[i];
					least = distance;
				}
				n += marks[i][COUNT];
			}
		});
		return best && { mark: best, n };
	}

	function showMark({ mark, n }, event) {
		const lane = lanes[mark[LANE]];
		fill([
			["head", clock(mark[TIME], 6) + "  " + lane.name + "  " + LEVELS[mark[LEVEL]] +
				(mark[DUMPED] ? ", out of the black box" : "")],
			["message", mark[MESSAGE]],
			["fields", mark[FIELDS]],
			["site", mark[SITE]],
			["head", n > 1 ? (n - 1) + " more within " + NEAR + " pixels" : ""],
		], event);
	}

	let start = null;

	function move(event) {
		const box = hit.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
		if (start !== null) {
			chosen.setAttribute("x", Math.min(start, x));
			chosen.setAttribute("width", Math.abs(x - start));
			chosen.setAttribute("visibility", "visible");
			return;
		}
		if (x >= 0 && x <= box.width && y >= data.top) {
			cursor.setAttribute("x1", x);
			cursor.setAttribute("x2", x);
			cursor.setAttribute("visibility", "visible");
		}
		const lane = lanes.find((lane) => Math.abs(lane.y - y) <= data.lane / 2);
		const found = lane && x >= -NEAR && x <= box.width + NEAR && nearest(lane, x);
		if (found)
			showMark(found, event);
		else if (tips.has(event.target))
			fill([["message", tips.get(event.target)]], event);
		else
			tip.hidden = true;
	}

	svg.addEventListener("pointermove", move);
	svg.addEventListener("pointerleave", hide);
	plot.addEventListener("pointerdown", (event) => {
		move(event);
		if (event.button !== 0 || event.pointerType === "touch")
			return;
		start = event.clientX - hit.getBoundingClientRect().left;
		svg.setPointerCapture(event.pointerId);
		event.preventDefault();
	});
	svg.addEventListener("pointerup", (event) => {
		const x = event.clientX - hit.getBoundingClientRect().left, from = start;
		start = null;
		chosen.setAttribute("visibility", "hidden");
		if (from === null || Math.abs(x - from) < 5)
			return;
		const time = (at) => view.from + at / width() * (view.to - view.from);
		show(time(Math.min(x, from)), time(Math.max(x, from)));
	});

	select.addEventListener("change", () => {
		hide();
		drawMarks();
	});
	addEventListener("resize", draw);
	draw();
})();
