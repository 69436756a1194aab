"""For teachers: lesson plans (`plan`), copies for students (`student_copy`), a run of everything the evening before (`warm_up`), quizzes on paper (`quizzes`),
and grading (`grade`). From a shell: `python -m d2lrnn teach --help`."""
