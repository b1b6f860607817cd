# The public names for type checkers and editors; at run time `__init__.py` imports them lazily.

from imsquery.compiler.checker import check as check
from imsquery.compiler.compiling import compile as compile  # noqa: A004 -- the public name
from imsquery.compiler.query_string import CompiledQuery as CompiledQuery
from imsquery.completion.complete import Completion as Completion
from imsquery.completion.complete import complete as complete
from imsquery.diagnostics.errors import QueryError as QueryError
from imsquery.diagnostics.model import Diagnostic as Diagnostic
from imsquery.diagnostics.model import Edit as Edit
from imsquery.diagnostics.model import Fix as Fix
from imsquery.diagnostics.source import Span as Span
from imsquery.engines.frames import apply as apply
from imsquery.engines.polars import polars as polars
from imsquery.engines.statement import sql as sql
from imsquery.evaluation.decision import Verdict as Verdict
from imsquery.evaluation.decision import disjoint as disjoint
from imsquery.evaluation.decision import equivalent as equivalent
from imsquery.evaluation.decision import implies as implies
from imsquery.evaluation.decision import satisfiable as satisfiable
from imsquery.evaluation.matching import matcher as matcher
from imsquery.evaluation.why import Outcome as Outcome
from imsquery.evaluation.why import why as why
from imsquery.execution.job import Request as Request
from imsquery.execution.pages import ExecutionError as ExecutionError
from imsquery.formatting.formatter import format as format  # noqa: A004 -- the public name
from imsquery.language.builder import bare_metal as bare_metal
from imsquery.language.builder import field as field
from imsquery.language.builder import owned_by as owned_by
from imsquery.language.builder import placeholder as placeholder
from imsquery.language.builder import public as public
from imsquery.language.builder import query as query
from imsquery.language.builder import shared as shared
from imsquery.language.builder import supports as supports
from imsquery.language.builder import tagged as tagged
from imsquery.language.syntax import Query as Query
from imsquery.language.syntax import parse as parse
from imsquery.limits import Limits as Limits
from imsquery.linting.linter import lint as lint
from imsquery.planning.plan import Plan as Plan
from imsquery.planning.planner import plan as plan
from imsquery.planning.prepared import PreparedQuery as PreparedQuery
from imsquery.planning.prepared import prepare as prepare
from imsquery.schema.cloudimages import CLOUDIMAGES as CLOUDIMAGES
from imsquery.schema.files.errors import SpecError as SpecError
from imsquery.schema.parameters import ForeignName as ForeignName
from imsquery.schema.parameters import Function as Function
from imsquery.schema.parameters import Parameter as Parameter
from imsquery.schema.spec import Spec as Spec
from imsquery.urls.checker import check_url as check_url
from imsquery.urls.decompiler import decompile as decompile

__version__: str
