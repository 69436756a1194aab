"""What makes the slides: `python -m tools.slides` (`make slides`) and `python -m tools.slides.figures` (`make figures`)."""
