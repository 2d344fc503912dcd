// Every type and function that type inference sees, used once, with the type that it sees written out. Compiled against
// polars and against what stands in for it.

use polars::prelude::*;
use polars::sql::SQLContext;

pub fn frames(kovacs_table: &kovacs::prelude::Table, column: Column, mask: &BooleanChunked) -> kovacs::Result<()> {
    let frame: DataFrame = kovacs_table.df()?;
    let curve: kovacs::prelude::Curve = frame.curve("time", "stress")?;
    drop(curve);
    of_frame(frame, column, mask).map_err(|error| kovacs::Error::new("Polars", error.to_string()))
}

fn of_frame(frame: DataFrame, column: Column, mask: &BooleanChunked) -> PolarsResult<()> {
    let made: PolarsResult<DataFrame> = df!("time" => [0.0, 1.0], "name" => ["a", "b"]);
    let _: DataFrame = made?;
    let _: DataFrame = DataFrame::new(1, vec![column.clone()])?;
    let _: DataFrame = DataFrame::new_infer_height(vec![column.clone()])?;
    let _: DataFrame = DataFrame::empty();
    let schema: Schema = Schema::from_iter([Field::new("x".into(), DataType::Float64)]);
    let _: DataFrame = DataFrame::empty_with_schema(&schema);
    let _: (usize, usize) = frame.shape();
    let _: (usize, usize, usize) = (frame.height(), frame.width(), frame.estimated_size());
    let _: &[Column] = frame.columns();
    let _: Vec<Column> = frame.clone().into_columns();
    let _: &Column = frame.column("x")?;
    let _: Vec<&PlSmallStr> = frame.get_column_names();
    let _: Vec<PlSmallStr> = frame.get_column_names_owned();
    let _: Option<usize> = frame.get_column_index("x");
    let _: Option<Vec<AnyValue<'_>>> = frame.get(0);
    let _: Option<&Column> = frame.select_at_idx(0);
    let _: Vec<DataType> = frame.dtypes();
    let shared: &SchemaRef = frame.schema();
    let _: (usize, Option<&DataType>) = (shared.len(), shared.get("x"));
    let _: Vec<&PlSmallStr> = shared.iter_names().collect();
    let _: DataFrame = frame.select(["x", "y"])?;
    let _: DataFrame = frame.drop("x")?;
    let _: DataFrame = frame.drop_nulls::<String>(None)?;
    let _: DataFrame = frame.filter(mask)?;
    let _: [DataFrame; 4] = [frame.slice(-3, 2), frame.head(Some(3)), frame.tail(None), frame.reverse()];
    let _: DataFrame = frame.sort(["x"], SortMultipleOptions::default())?;
    let _: DataFrame = frame.shift(1);
    let _: DataFrame = frame.fill_null(FillNullStrategy::Forward(None))?;
    let _: DataFrame = frame.null_count();
    let _: DataFrame = frame.vstack(&frame)?;
    let _: DataFrame = frame.hstack(&[column.clone()])?;
    let mut changed = frame.clone();
    let _: &mut DataFrame = changed.with_column(column)?;
    let _: &mut DataFrame = changed.rename("x", "z".into())?;
    let _: DataFrame = frame.with_row_index("row".into(), Some(1))?;
    let _: DataFrame = frame.unique_stable(Some(&["x".to_owned()]), UniqueKeepStrategy::First, None)?;
    let _: Vec<DataFrame> = frame.partition_by(["x"], true)?;
    let _: (bool, bool) = (frame.equals(&changed), frame.equals_missing(&changed));
    let _: Vec<&Series> = frame.materialized_column_iter().collect();
    let _: DataFrame = frame.join(&changed, ["x"], ["x"], JoinArgs::new(JoinType::Left), None)?;
    let _: DataFrame = frame.inner_join(&changed, ["x"], ["x"])?;
    let _: DataFrame = frame.left_join(&changed, ["x"], ["x"])?;
    let _: LazyFrame = frame.lazy();
    Ok(())
}

pub fn lazy_frames(frame: LazyFrame, other: LazyFrame) -> PolarsResult<DataFrame> {
    let again = || (frame.clone(), other.clone());
    let frame = || again().0;
    let other = || again().1;
    let _: [LazyFrame; 5] = [frame().max(), frame().min(), frame().sum(), frame().mean(), frame().median()];
    let _: [LazyFrame; 5] = [frame().count(), frame().null_count(), frame().first(), frame().last(), frame().reverse()];
    let _: LazyFrame = frame().cache();
    let _: String = frame().explain(true)?;
    let _: LazyFrame = frame().filter(col("x").gt(lit(1.0)));
    let _: LazyFrame = frame().select([col("x"), col("y").alias("z")]);
    let _: LazyFrame = frame().with_column(col("x").exp());
    let _: LazyFrame = frame().with_columns([col("x").exp()]);
    let _: LazyFrame = frame().with_row_index("row", None);
    let grouped: LazyGroupBy = frame().group_by([col("x")]);
    let _: [LazyFrame; 3] = [grouped.clone().agg([col("y").mean()]), grouped.clone().head(Some(1)), grouped.tail(None)];
    let _: LazyFrame = frame().group_by_stable(["x"]).agg([len()]);
    let _: LazyFrame = frame().sort(["x", "y"], SortMultipleOptions::new().with_order_descending(true));
    let options: SortMultipleOptions = SortMultipleOptions::default()
        .with_order_descending_multi([true, false])
        .with_nulls_last(true)
        .with_maintain_order(true);
    let _: LazyFrame = frame().sort_by_exprs([col("x")], options);
    let _: LazyFrame = frame().rename(["x"], ["z"], true);
    let _: LazyFrame = frame().drop(cols(["x"]));
    let _: LazyFrame = frame().drop_nulls(Some(all()));
    let _: [LazyFrame; 3] = [frame().fill_null(0.0), frame().fill_nan(lit(0.0)), frame().shift(1)];
    let _: [LazyFrame; 3] = [frame().std(1), frame().var(1), frame().quantile(lit(0.5), QuantileMethod::Linear)];
    let _: [LazyFrame; 3] = [frame().limit(3), frame().tail(3), frame().slice(-3, 2)];
    let _: LazyFrame = frame().unique(None, UniqueKeepStrategy::Any);
    let _: LazyFrame = frame().join(other(), [col("x")], [col("x")], JoinType::Inner.into());
    let arguments: JoinArgs =
        JoinArgs::new(JoinType::Full).with_coalesce(JoinCoalesce::CoalesceColumns).with_suffix(Some("_r".into()));
    let _: LazyFrame = frame().join(other(), [col("x")], [col("x")], arguments);
    let builder: JoinBuilder = frame().join_builder().with(other()).how(JoinType::Left).on([col("x")]);
    let _: LazyFrame = builder.suffix("_r").coalesce(JoinCoalesce::KeepColumns).finish();
    let _: LazyFrame = frame().join_builder().with(other()).left_on([col("x")]).right_on([col("y")]).finish();
    let _: LazyFrame = frame().inner_join(other(), col("x"), col("x"));
    let _: LazyFrame = frame().left_join(other(), "x", "x");
    let _: LazyFrame = frame().full_join(other(), col("x"), col("x"));
    let _: [LazyFrame; 2] = [frame().semi_join(other(), "x", "x"), frame().anti_join(other(), "x", "x")];
    let _: LazyFrame = frame().cross_join(other(), None);
    let _: LazyFrame = concat([frame(), other()], UnionArgs::default())?;
    let _: LazyFrame = concat_lf_diagonal([frame(), other()], UnionArgs::default())?;
    frame().collect()
}

pub fn expressions(x: Expr) -> PolarsResult<Vec<Expr>> {
    let x = || x.clone();
    let plain: Vec<Expr> = vec![
        x().sum(),
        x().mean(),
        x().median(),
        x().min(),
        x().max(),
        x().product(),
        x().count(),
        x().len(),
        x().n_unique(),
        x().first(),
        x().last(),
        x().unique(),
        x().unique_stable(),
        x().arg_min(),
        x().arg_max(),
        x().reverse(),
        x().is_null(),
        x().is_not_null(),
        x().is_nan(),
        x().is_not_nan(),
        x().is_finite(),
        x().is_infinite(),
        x().drop_nulls(),
        x().drop_nans(),
        x().null_count(),
        x().has_nulls(),
        x().exp(),
        x().log1p(),
        x().sqrt(),
        x().cbrt(),
        x().sin(),
        x().cos(),
        x().tan(),
        x().tanh(),
        x().abs(),
        x().sign(),
        x().floor(),
        x().ceil(),
        x().not(),
    ];
    let two: Vec<Expr> = vec![
        x().eq(lit(1)),
        x().neq(lit("a")),
        x().lt(1.0),
        x().lt_eq(lit(1i64)),
        x().gt(lit(true)),
        x().gt_eq(x()),
        x().and(x()),
        x().or(x()),
        x().xor(x()),
        x().filter(x()),
        x().fill_null(x()),
        x().fill_nan(x()),
        x().pow(2.0),
        x().dot(x()),
        x() + x(),
        x() - x(),
        x() * x(),
        x() / x(),
        x() % x(),
        -x(),
        x() * lit(2.0),
    ];
    let more: Vec<Expr> = vec![
        x().alias("y"),
        x().cast(DataType::Float64),
        x().std(1),
        x().var(1),
        x().quantile(lit(0.5), QuantileMethod::Nearest),
        x().head(Some(1)),
        x().tail(None),
        x().sort(SortOptions::default().with_order_descending(true).with_nulls_last(true)),
        x().sort_by(["y"], SortMultipleOptions::default()),
        x().shift(lit(1)),
        x().over(["y"])?,
        x().fill_null_with_strategy(FillNullStrategy::Mean),
        x().is_in(x(), false),
        x().cum_sum(false),
        x().cum_prod(false),
        x().cum_min(false),
        x().cum_max(false),
        x().cum_count(false),
        x().round(2, RoundMode::HalfToEven),
        x().round_sig_figs(3),
        x().clip(lit(0), lit(1)),
        x().log(lit(10.0)),
        x().any(true),
        x().all(true),
    ];
    let texts: Vec<Expr> = vec![
        x().str().contains_literal(lit("a")),
        x().str().contains(lit("a"), true),
        x().str().starts_with(lit("a")),
        x().str().ends_with(lit("a")),
        x().str().extract(lit("a"), 1),
        x().str().replace(lit("a"), lit("b"), true),
        x().str().replace_all(lit("a"), lit("b"), true),
        x().str().to_lowercase(),
        x().str().to_uppercase(),
        x().str().len_chars(),
        x().str().strip_chars(lit(" ")),
        x().name().prefix("a"),
        x().name().suffix("a"),
        x().name().keep(),
    ];
    let functions: Vec<Expr> = vec![
        len(),
        pearson_corr(x(), x()),
        cov(x(), x(), 1),
        concat_str([x(), x()], "-", true),
        coalesce(&[x(), x()]),
        max_horizontal([x()])?,
        min_horizontal([x()])?,
        sum_horizontal([x()], true)?,
        mean_horizontal([x()], true)?,
        when(x()).then(lit(1)).otherwise(lit(2)),
        when(x()).then(lit(1)).when(x()).then(lit(2)).when(x()).then(lit(4)).otherwise(lit(3)),
        all().into(),
    ];
    Ok([plain, two, more, texts, functions].concat())
}

pub fn columns(column: Column, series: Series, mask: &BooleanChunked) -> PolarsResult<()> {
    let _: (&PlSmallStr, usize, bool, &DataType, usize) =
        (column.name(), column.len(), column.is_empty(), column.dtype(), column.null_count());
    let value: AnyValue<'_> = column.get(0)?;
    let _: (Option<f64>, Option<&str>, bool, String) =
        (value.extract::<f64>(), value.get_str(), value.is_null(), value.to_string());
    let numbers: &Float64Chunked = column.f64()?;
    let _: (&Float32Chunked, &Int64Chunked, &Int32Chunked) = (column.f32()?, column.i64()?, column.i32()?);
    let _: (&UInt64Chunked, &UInt32Chunked) = (column.u64()?, column.u32()?);
    let truths: &BooleanChunked = column.bool()?;
    let texts: &StringChunked = series.str()?;
    let _: (Column, Series) = (column.cast(&DataType::Int64)?, series.cast(&DataType::String)?);
    let _: (Column, Series, Column) = (column.head(None), series.tail(Some(2)), column.slice(0, 1));
    let _: (Column, Series) = (column.reverse(), series.filter(mask)?);
    let _: (Column, usize, Series) = (column.unique()?, column.n_unique()?, series.drop_nulls());
    let _: (BooleanChunked, Series) = (column.is_null(), series.clone().with_name("y".into()));
    let _: Column = Column::new("x".into(), [1.0, 2.0]);
    let _: &Series = column.as_materialized_series();
    let _: Series = column.clone().take_materialized_series();
    let _: Series = Series::new("x".into(), vec![1.0, 2.0]);
    let _: Column = series.clone().into_column();
    let _: Column = Column::from(series.clone());
    let _: Series = series.sort(SortOptions::default())?;
    let _: (f64, Option<f64>, Option<i64>) = (series.sum::<f64>()?, series.min::<f64>()?, series.max::<i64>()?);
    let _: (Option<f64>, Option<f64>, Option<f64>) = (series.mean(), series.median(), series.std(1));
    let _: std::borrow::Cow<'_, str> = series.str_value(0)?;
    let _: DataFrame = series.clone().into_frame();
    let _: (&PlSmallStr, usize, bool, usize) =
        (numbers.name(), numbers.len(), numbers.is_empty(), numbers.null_count());
    let _: (Option<f64>, Option<&str>, Option<bool>) = (numbers.get(0), texts.get(0), truths.get(0));
    let _: Vec<Option<f64>> = numbers.iter().collect();
    let _: Vec<&str> = texts.no_null_iter().collect();
    let _: Vec<f64> = numbers.into_no_null_iter().collect();
    let _: &[f64] = numbers.cont_slice()?;
    let _: Float64Chunked = Float64Chunked::from_slice("x".into(), &[1.0]);
    let _: Float64Chunked = numbers.drop_nulls();
    let _: (Option<f64>, Option<f64>, Option<f64>, Option<f64>) =
        (numbers.sum(), numbers.min(), numbers.max(), numbers.mean());
    let _: [BooleanChunked; 4] = [numbers.gt(1.0), numbers.gt_eq(1.0), numbers.lt(1.0), numbers.lt_eq(1.0)];
    let _: (Series, Column) = (numbers.clone().into_series(), numbers.clone().into_column());
    let name: PlSmallStr = PlSmallStr::from_str("x");
    let _: &str = name.as_str();
    Ok(())
}

pub fn files(mut frame: DataFrame, bytes: &mut Vec<u8>) -> PolarsResult<()> {
    let options: CsvReadOptions = CsvReadOptions::default()
        .with_has_header(true)
        .with_skip_rows(1)
        .with_n_rows(Some(3))
        .with_infer_schema_length(None)
        .with_schema(None)
        .with_ignore_errors(true)
        .with_parse_options(CsvParseOptions::default().with_separator(b';'))
        .map_parse_options(|options| {
            let options: CsvParseOptions =
                options.with_quote_char(None).with_try_parse_dates(true).with_decimal_comma(true);
            options.with_comment_prefix(Some("#"))
        });
    let reader: CsvReader<std::fs::File> = options.clone().try_into_reader_with_file_path(Some("a.csv".into()))?;
    let _: DataFrame = reader.finish()?;
    let text = std::io::Cursor::new("x\n1\n".as_bytes());
    let _: DataFrame = options.clone().into_reader_with_file_handle(text.clone()).finish()?;
    let _: DataFrame = CsvReader::new(text).with_options(options).finish()?;
    let mut writer: CsvWriter<&mut Vec<u8>> = CsvWriter::new(&mut *bytes)
        .include_header(true)
        .with_separator(b';')
        .with_float_precision(Some(3))
        .with_null_value("".into());
    let _: () = writer.finish(&mut frame)?;
    let file = || std::fs::File::open("a");
    let _: DataFrame = ParquetReader::new(file()?).with_columns(Some(vec!["x".to_owned()])).finish()?;
    let _: u64 = ParquetWriter::new(file()?).finish(&mut frame)?;
    let _: DataFrame = IpcReader::new(file()?).finish()?;
    let _: () = IpcWriter::new(file()?).finish(&mut frame)?;
    let mut context: SQLContext = SQLContext::new();
    let _: () = context.register("frame", frame.lazy());
    let _: LazyFrame = context.execute("select * from frame")?;
    let _: Vec<String> = context.get_tables();
    let _: () = context.unregister("frame");
    Ok(())
}
