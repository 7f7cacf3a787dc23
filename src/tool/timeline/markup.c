/* SPDX-License-Identifier: MIT */
#include "tool/timeline/markup.h"

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "tool/ui/term.h"

enum {
	CHARACTER_MAX = 4, /* bytes of UTF-8 */
	SHOWN_MAX = 16,    /* the same, each as \xNN */
};

/* What stands for one character. */
struct shown {
	struct strbuf text;
	char data[SHOWN_MAX];
};

/* U+FFFE and U+FFFF are valid UTF-8, and no characters of XML. */
static bool is_of_xml(struct bytes character, uint32_t code)
{
	return character.size > 1 ? code != 0xfffe && code != 0xffff : true;
}

/* Takes the next character out of BYTES, or the next byte where there is none. */
static struct bytes take_character(struct bytes *bytes)
{
	uint32_t code = 0;
	const size_t size = utf8_decode(*bytes, &code);
	struct bytes character = { bytes->data, size > 0 ? size : 1 };

	if (!is_of_xml(character, code))
		character.size = 1;
	bytes->data += character.size;
	bytes->size -= character.size;
	return character;
}

/* Shows it as on a terminal, but for a newline. */
static struct bytes show(struct shown *shown, struct bytes character)
{
	if (character.data[0] == '\n')
		return character;
	shown->text = (struct strbuf){ shown->data, sizeof(shown->data), 0 };
	strbuf_put_escaped(&shown->text, character);
	return (struct bytes){ shown->data, shown->text.size };
}

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void strbuf_put_markup(struct strbuf *text, struct bytes bytes)
{
	struct shown shown;

	while (bytes.size > 0) {
		const struct bytes character = take_character(&bytes);
		const char *const entity = entity_of(character.data[0]);

		if (entity)
			strbuf_put_string(text, entity);
		else
			strbuf_put(text, show(&shown, character));
	}
}

static void put_json_byte(struct strbuf *text, char c)
{
	if (c == '"' || c == '\\') {
		strbuf_put_char(text, '\\');
		strbuf_put_char(text, c);
	} else if (c == '\n') {
		strbuf_put_literal(text, "\\n");
	} else if (c == '<' || c == '>' || c == '&') {
		strbuf_put_literal(text, "\\u00");
		strbuf_put_char(text, c == '&' ? '2' : '3');
		strbuf_put_char(text, c == '&' ? '6' : c == '<' ? 'c' : 'e');
	} else {
		strbuf_put_char(text, c);
	}
}

void strbuf_put_script_json(struct strbuf *text, struct bytes bytes)
{
	struct shown shown;

	while (bytes.size > 0) {
		const struct bytes part = show(&shown, take_character(&bytes));

		for (size_t i = 0; i < part.size; i++)
			put_json_byte(text, part.data[i]);
	}
}

static void print_rendered(FILE *file, void (*put)(struct strbuf *, struct bytes),
			   struct bytes bytes)
{
	size_t size;
	AUTO_FREE char *text = term_render(put, bytes, &size);

	(void)fwrite(text, 1, size, file);
}

void markup_print(FILE *file, struct bytes bytes)
{
	print_rendered(file, strbuf_put_markup, bytes);
}

void markup_puts(FILE *file, const char *text)
{
	markup_print(file, term_bytes(text));
}

void markup_print_json(FILE *file, struct bytes bytes)
{
	(void)fputc('"', file);
	print_rendered(file, strbuf_put_script_json, bytes);
	(void)fputc('"', file);
}
