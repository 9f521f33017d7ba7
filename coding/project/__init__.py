"""What a researcher holds: a project and its collections; one method, one transaction."""

from coding.project.project import Project, open_project

__all__ = ["Project", "open_project"]
