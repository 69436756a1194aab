"""What the student asks the page: small pieces of JavaScript, each with a sentence that says what it answers."""

# The notebook in front.
_BOOK = "const panel = window.jupyterapp.shell.currentWidget, book = panel.content, kernel = panel.sessionContext.session.kernel;"
_ID = "const id = cell => cell.model.sharedModel.getId();"

# Is it loaded, and its kernel listening?
READY = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget, kernel = panel?.sessionContext?.session?.kernel;
  return panel?.context?.isReady && panel.content?.widgets?.length > 0 && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""

# From now on, count the messages that are on their way: a kernel may be idle because it has not yet heard.
WATCH = f"""() => {{
  {_BOOK}
  window.onTheirWay = new Set();
  kernel.anyMessage.connect((_, {{msg, direction}}) => {{
    if (direction === 'send' && msg.channel === 'shell') window.onTheirWay.add(msg.header.msg_id);
    else if (msg.header.msg_type === 'status' && msg.content.execution_state === 'idle') window.onTheirWay.delete(msg.parent_header.msg_id);
  }});
}}"""

# Has everything been answered? Several frames in a row: a widget holds its next message back until the last one is answered.
QUIET = f"""() => {{
  {_BOOK}
  const quiet = kernel.status === 'idle' && window.onTheirWay.size === 0;
  window.quietFrames = quiet ? (window.quietFrames ?? 0) + 1 : 0;
  return window.quietFrames > 4;
}}"""
NOT_QUIET = "() => { window.quietFrames = 0; }"

# Run all cells, as Run > Run All Cells does. Answers when the last one is done or one has failed.
RUN = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"

# Which cells failed, wrote to stderr, or were not run, and what they said.
FAILED = f"""() => {{
  {_BOOK} {_ID}
  return book.widgets.filter(cell => cell.model.type === 'code').flatMap(cell => {{
    const bad = cell.model.sharedModel.getOutputs().filter(o => o.output_type === 'error' || o.name === 'stderr');
    const said = bad.map(o => `${{id(cell)}}: ${{o.evalue ?? [o.text].flat().join('')}}`);
    return cell.model.executionCount === null ? [...said, `${{id(cell)}}: was not run`] : said;
  }});
}}"""

# Which cells hold a widget, by the outputs that are stored? Their ids.
WIDGETS = f"""() => {{
  {_BOOK} {_ID}
  return book.widgets.filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getOutputs()
    .some(o => o.data?.['application/vnd.jupyter.widget-view+json'])).map(id);
}}"""

# Write each cell's id into the page, so that its element can be found.
MARK = f"() => {{ {_BOOK} {_ID} for (const cell of book.widgets) cell.node.dataset.cell = id(cell); }}"

# Which cells store a drawing (SVG) as HTML? JupyterLab takes it out, and leaves its words, before the notebook is run.
DRAWINGS = f"""() => {{
  {_BOOK} {_ID}
  return book.widgets.filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getOutputs()
    .some(o => [o.data?.['text/html'] ?? ''].flat().join('').includes('<svg'))).map(id);
}}"""

# What is cut off at the right: each piece of an output that is wider than its place. A field may hold more than it shows.
CUT_OFF = f"""() => {{
  {_BOOK} {_ID}
  const pen = document.createElement('canvas').getContext('2d');
  const squeezed = e => {{  // a list whose longest entry does not fit in beside its arrow
    pen.font = getComputedStyle(e).font;
    return Math.max(...[...e.options].map(o => pen.measureText(o.text).width)) > e.clientWidth - 24;
  }};
  const wide = e => e.clientWidth > 1 && (e.matches('select') ? squeezed(e)
    : e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).overflowX !== 'visible');
  return book.widgets.filter(cell => cell.outputArea).flatMap(cell =>
    [cell.outputArea.node, ...cell.outputArea.node.querySelectorAll('*')].filter(e => !(e instanceof SVGElement) && !e.matches('input, textarea') && wide(e))
      .map(e => `${{id(cell)}}: ${{e.scrollWidth - e.clientWidth}} px of <${{e.tagName.toLowerCase()}} class="${{e.className}}">`));
}}"""

# Scroll to a page of the notebook (0 is the first), with no cell selected that would be framed. Is there more below it?
PAGE = f"""async number => {{
  {_BOOK}
  book.activeCellIndex = 0;
  document.activeElement?.blur();
  const place = book.outerNode;
  place.scrollTop = number * (place.clientHeight - 40);
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return book.widgets.at(-1).node.getBoundingClientRect().bottom > place.getBoundingClientRect().bottom;
}}"""

# How wide an output is.
WIDTH = f"() => {{ {_BOOK} return Math.max(...book.widgets.map(cell => cell.outputArea?.node.clientWidth ?? 0)); }}"

# What a screen reader would find nothing to say for, among pictures and controls below an element.
NAMELESS = """root => {
  const named = e => [e.getAttribute('aria-label'), e.getAttribute('alt'), e.title, e.querySelector?.(':scope > title')?.textContent,
    ...[...(e.labels ?? [])].map(l => l.textContent), e.matches('button') ? e.textContent : ''].some(name => name?.replace(/[\\s\\u200b]/g, ''));
  return [...root.querySelectorAll('img, svg, canvas, input, textarea, select, button, [role=slider], [role=textbox]')]
    .filter(e => e.getAttribute('aria-hidden') !== 'true' && e.tabIndex !== -2 && !named(e)).map(e => e.outerHTML.slice(0, 160));
}"""

# Why a picture (an element that holds one) cannot be seen: nothing in it, or an image without pixels. Empty if it can.
UNSEEN = """async root => {
  const images = [...root.querySelectorAll('img')];
  await Promise.all(images.map(image => image.decode().catch(() => null)));
  const bad = images.filter(image => !image.naturalWidth || !image.clientWidth).map(image => `no pixels: ${image.outerHTML.slice(0, 120)}`);
  const box = root.getBoundingClientRect();
  if (box.width < 100 || box.height < 20) bad.push(`it takes ${box.width} × ${box.height} pixels`);
  if (!images.length && root.innerText.trim().length < 3 && !root.querySelector('svg')) bad.push('it is empty');
  return bad;
}"""

# The background colours in the outputs, one for each element that has one, and how many elements are struck out.
MARKS = """() => {
  const all = [...document.querySelectorAll('.jp-Notebook .jp-Cell-outputArea *')].map((e) => getComputedStyle(e));
  return [all.map((s) => s.backgroundColor).filter((c) => c !== 'rgba(0, 0, 0, 0)'),
          all.filter((s) => s.textDecorationLine.includes('line-through')).length];
}"""
