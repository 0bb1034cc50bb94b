import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.spans.SpanFirstQuery;
import org.apache.lucene.queries.spans.SpanMultiTermQueryWrapper;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanNotQuery;
import org.apache.lucene.queries.spans.SpanOrQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;

/**
 * Counts with Lucene's span queries. `java Counts.java FOLDER` reads FOLDER/texts.txt, an article a line, its words separated by
 * single spaces, and FOLDER/queries.tsv, and writes FOLDER/counted.tsv, three numbers a query:
 *
 * <ul>
 *   <li>plain: the operators as Lucene has them;
 *   <li>apart: the same, but an unordered pair is written as two ordered ones, whose parts cannot overlap;
 *   <li>spelled: every arrangement of the words that the query allows, each as a phrase with gaps, or `-` where there are too many
 *       or the query is of a kind that cannot be spelled out.
 * </ul>
 *
 * A query is written operator first: `W 5 2 oil OR 0 2 price prices` has the operator, its number, how many parts, and the parts.
 */
final class Counts {
  /** More arrangements than this are not spelled out. */
  private static final int MOST = 6000;

  private final IndexSearcher searcher;

  private Counts(IndexSearcher searcher) {
    this.searcher = searcher;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    IndexSearcher.setMaxClauseCount(Integer.MAX_VALUE);
    try (Directory directory = new ByteBuffersDirectory();
        PrintWriter out = new PrintWriter(Files.newBufferedWriter(folder.resolve("counted.tsv")))) {
      index(folder.resolve("texts.txt"), directory);
      Counts counts = new Counts(new IndexSearcher(DirectoryReader.open(directory)));
      for (String line : Files.readAllLines(folder.resolve("queries.tsv"))) {
        Span span = counts.read(List.of(line.split("\t")[0].split(" ")).iterator());
        out.println(counts.of(span.plain) + "\t" + counts.of(span.apart) + "\t" + counts.of(span.spelled));
      }
    }
  }

  private static void index(Path texts, Directory directory) throws Exception {
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new WhitespaceAnalyzer()));
        Stream<String> lines = Files.lines(texts)) {
      for (String line : (Iterable<String>) lines::iterator) {
        Document document = new Document();
        document.add(new TextField("text", line, Field.Store.NO));
        writer.addDocument(document);
      }
    }
  }

  private String of(SpanQuery query) throws Exception {
    return query == null ? "-" : Integer.toString(searcher.count(query));
  }

  /** A part of a query, in three ways; and its arrangements, if there is a list of them. */
  private record Span(SpanQuery plain, SpanQuery apart, SpanQuery spelled, List<Arrangement> arrangements) {
    static Span of(SpanQuery plain, SpanQuery apart, List<Arrangement> arrangements) {
      boolean some = arrangements != null && arrangements.size() <= MOST;
      return new Span(plain, apart, some ? any(arrangements.stream().map(Arrangement::query).toList()) : null, some ? arrangements : null);
    }
  }

  /** Words at places, the first at 0 and the last at the end of it. */
  private record Arrangement(List<SpanQuery> words, List<Integer> places) {
    Arrangement then(int distance, Arrangement next) {
      List<SpanQuery> all = new ArrayList<>(words);
      all.addAll(next.words);
      List<Integer> at = new ArrayList<>(places);
      int end = places.get(places.size() - 1);
      next.places.forEach(place -> at.add(end + distance + place));
      return new Arrangement(all, at);
    }

    SpanQuery query() {
      if (words.size() == 1) return words.get(0);
      SpanNearQuery.Builder builder = SpanNearQuery.newOrderedNearQuery("text");
      for (int i = 0; i < words.size(); i++) {
        int gap = i == 0 ? 0 : places.get(i) - places.get(i - 1) - 1;
        if (gap > 0) builder.addGap(gap);
        builder.addClause(words.get(i));
      }
      return builder.build();
    }
  }

  private Span read(Iterator<String> tokens) throws Exception {
    String token = tokens.next();
    if (!Character.isUpperCase(token.charAt(0))) return word(token);
    int number = Integer.parseInt(tokens.next());
    Span[] parts = new Span[Integer.parseInt(tokens.next())];
    for (int i = 0; i < parts.length; i++) parts[i] = read(tokens);
    Span first = parts[0], last = parts[parts.length - 1];
    return switch (token) {
      case "OR" -> new Span(any(plain(parts)), any(apart(parts)), any(spelled(parts)), union(parts));
      case "PHRASE" -> Span.of(near(plain(parts), 0, true), near(plain(parts), 0, true), phrase(parts));
      case "LOOSE" -> Span.of(near(plain(parts), number, false), anyOrder(parts, number), loose(parts, number));
      case "PRE" -> Span.of(near(plain(parts), number - 1, true), near(apart(parts), number - 1, true), pairs(first, last, number));
      case "W" -> Span.of(near(plain(parts), number - 1, false), anyOrder(parts, number - 1), both(first, last, number));
      case "NOTW" -> each(parts, pair -> new SpanNotQuery(pair.get(0), pair.get(1), number, number));
      case "FIRST" -> each(parts, one -> new SpanFirstQuery(one.get(0), number));
      // So many of them one after the other, however far apart.
      case "ATLEAST" -> each(parts, one -> near(Collections.nCopies(number, one.get(0)), Integer.MAX_VALUE / 2, true));
      default -> throw new IllegalArgumentException(token);
    };
  }

  private Span word(String word) throws Exception {
    SpanQuery query = word.endsWith("*")
        ? (SpanQuery) new SpanMultiTermQueryWrapper<>(new PrefixQuery(new Term("text", word.substring(0, word.length() - 1)))).rewrite(searcher)
        : new SpanTermQuery(new Term("text", word));
    return Span.of(query, query, List.of(new Arrangement(List.of(query), List.of(0))));
  }

  private static List<SpanQuery> plain(Span[] parts) {
    return Arrays.stream(parts).map(Span::plain).toList();
  }

  private static List<SpanQuery> apart(Span[] parts) {
    return Arrays.stream(parts).map(Span::apart).toList();
  }

  /** Nothing, if one of the parts cannot be spelled out. */
  private static List<SpanQuery> spelled(Span[] parts) {
    return Arrays.stream(parts).anyMatch(part -> part.spelled == null) ? null : Arrays.stream(parts).map(Span::spelled).toList();
  }

  private interface Operator {
    SpanQuery over(List<SpanQuery> parts);
  }

  /** An operator that picks some of the spans it is given, so that there is no list of arrangements. */
  private static Span each(Span[] parts, Operator operator) {
    List<SpanQuery> spelled = spelled(parts);
    return new Span(operator.over(plain(parts)), operator.over(apart(parts)), spelled == null ? null : operator.over(spelled), null);
  }

  private static SpanQuery any(List<SpanQuery> parts) {
    return parts == null ? null : parts.size() == 1 ? parts.get(0) : new SpanOrQuery(parts.toArray(SpanQuery[]::new));
  }

  private static SpanQuery near(List<SpanQuery> parts, int slop, boolean ordered) {
    return new SpanNearQuery(parts.toArray(SpanQuery[]::new), slop, ordered);
  }

  private static SpanQuery anyOrder(Span[] parts, int slop) {
    return any(orders(List.of(parts)).stream().map(order -> near(apart(order.toArray(Span[]::new)), slop, true)).toList());
  }

  private static List<List<Span>> orders(List<Span> parts) {
    if (parts.isEmpty()) return List.of(List.of());
    List<List<Span>> found = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      List<Span> others = new ArrayList<>(parts);
      Span first = others.remove(i);
      for (List<Span> rest : orders(others)) found.add(Stream.concat(Stream.of(first), rest.stream()).toList());
    }
    return found;
  }

  private static List<Arrangement> union(Span[] parts) {
    if (Arrays.stream(parts).anyMatch(part -> part.arrangements == null)) return null;
    return Arrays.stream(parts).flatMap(part -> part.arrangements.stream()).toList();
  }

  private static List<Arrangement> phrase(Span[] parts) {
    return spread(List.of(parts), 0);
  }

  private static List<Arrangement> loose(Span[] parts, int extra) {
    return orders(List.of(parts)).stream().flatMap(order -> spread(order, extra).stream()).toList();
  }

  /** The words in this order with at most so many other places among them. */
  private static List<Arrangement> spread(List<Span> words, int extra) {
    if (words.size() == 1) return words.get(0).arrangements;
    List<Arrangement> found = new ArrayList<>();
    for (Arrangement word : words.get(0).arrangements)
      for (int gap = 0; gap <= extra; gap++)
        for (Arrangement rest : spread(words.subList(1, words.size()), extra - gap)) found.add(word.then(gap + 1, rest));
    return found;
  }

  private static List<Arrangement> pairs(Span first, Span last, int farthest) {
    if (first.arrangements == null || last.arrangements == null) return null;
    List<Arrangement> found = new ArrayList<>();
    for (Arrangement left : first.arrangements)
      for (Arrangement right : last.arrangements)
        for (int distance = 1; distance <= farthest && found.size() <= MOST; distance++) found.add(left.then(distance, right));
    return found;
  }

  private static List<Arrangement> both(Span one, Span other, int farthest) {
    List<Arrangement> there = pairs(one, other, farthest), back = pairs(other, one, farthest);
    return there == null ? null : Stream.concat(there.stream(), back.stream()).toList();
  }
}
