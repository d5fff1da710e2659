/* template.S - page.html, as it is. */
	.section .rodata
	.global html_template
	.global html_template_end
	.hidden html_template
	.hidden html_template_end
html_template:
	.incbin "page.html"
html_template_end:
	.section .note.GNU-stack, "", %progbits
