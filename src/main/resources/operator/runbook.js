// Shows the runbook, a file of Markdown with headings, paragraphs, bold text, code and links. The guides that it links to are not served here.
const place = document.getElementById('text');

function element(tag, text) {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
}

function paragraph(text) {
    const made = document.createElement('p');
    made.append(...text.replace(/\[([^\]]*)]\([^)]*\)/g, '$1').split(/(\*\*.+?\*\*|`[^`]+`)/).map(part =>
        part.startsWith('**') ? element('strong', part.slice(2, -2)) : part.length > 1 && part.startsWith('`') ? element('code', part.slice(1, -1)) : part));
    return made;
}

const answer = await fetch('/runbook.md');
if (answer.ok) {
    place.append(...(await answer.text()).trim().split(/\n{2,}/).flatMap(block => {
        const [, level, title] = /^(#+) (.*)$/.exec(block) ?? [];
        if (!level) {
            return block.split(/\n(?=\*\*)/).map(paragraph);
        }
        const heading = element(`h${level.length}`, title);
        heading.id = title.toLowerCase();
        heading.tabIndex = -1;
        return [heading];
    }));
    document.getElementById(location.hash.slice(1))?.focus();
} else {
    place.append(element('p', `The runbook cannot be read (status ${answer.status}).`));
}
